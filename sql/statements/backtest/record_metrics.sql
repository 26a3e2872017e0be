-- Stores the metrics kept of finished runs, so that leaderboards need not compute them again.
INSERT INTO run_metrics (run_id, split, step, key, value)
SELECT run_id, 'backtest', 0, key, value
FROM (
    SELECT
        run_id,
        CAST(COLUMNS([
            'total_return', 'cagr', 'volatility', 'sharpe', 'sortino', 'calmar', 'max_drawdown', 'exposure', 'n_trades',
            'win_rate', 'profit_factor', 'avg_win', 'avg_loss', 'expectancy', 'avg_holding_minutes', 'turnover',
            'cost_drag', 'benchmark_return', 'beta', 'information_ratio', 'excess_return', 'benchmark_sharpe',
            'benchmark_max_drawdown', 'n_days'
        ]) AS DOUBLE)
    FROM performance_of_finished
)
UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE run_id)))
