-- Account and buy-and-hold at every bar, each with its fall from the peak.
SELECT ts, equity, benchmark, drawdown, benchmark_drawdown
FROM equity_curve
WHERE run_id = $1
ORDER BY ts
