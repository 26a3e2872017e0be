-- Stores a finished run's metrics from the view, so that leaderboards need not compute them again.
INSERT INTO run_metrics (run_id, split, step, key, value)
SELECT $1, 'backtest', 0, key, value
FROM (
    SELECT CAST(COLUMNS([
        'total_return', 'cagr', 'volatility', 'sharpe', 'sortino', 'calmar', 'max_drawdown', 'exposure', 'n_trades',
        'win_rate', 'profit_factor', 'avg_win', 'avg_loss', 'expectancy', 'avg_holding_minutes', 'turnover',
        'cost_drag', 'benchmark_return', 'beta', 'information_ratio', 'excess_return', 'benchmark_sharpe',
        'benchmark_max_drawdown', 'n_days'
    ]) AS DOUBLE)
    FROM run_performance
    WHERE run_id = $1
)
UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(*)))
