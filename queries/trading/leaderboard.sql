-- about: Backtests by Sharpe ratio, with what buy-and-hold made
-- params: strategy VARCHAR = NULL, limit BIGINT = 20
SELECT
    rank,
    run_id,
    strategy,
    interval,
    n_symbols,
    sharpe,
    sharpe_low,
    sharpe_high,
    total_return,
    benchmark_return,
    max_drawdown,
    n_trades,
    win_rate,
    profit_factor,
    cost_drag,
    n_days,
    marks,
    annualised_warning
FROM experiment_leaderboard
WHERE kind = 'backtest' AND ($strategy IS NULL OR strategy = $strategy)
ORDER BY rank
LIMIT $limit
