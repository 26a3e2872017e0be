-- Every cell of a campaign with the metrics that its page shows.
SELECT
    cell, subject, model_id, symbols, n_symbols, period, status, run_id, error, total_return, benchmark_return, sharpe,
    sharpe_low, sharpe_high, n_days, max_drawdown, n_trades, win_rate
FROM campaign_results
WHERE campaign_id = $1
ORDER BY cell
