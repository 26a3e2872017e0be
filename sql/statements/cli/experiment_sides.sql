-- Winner and baseline, on the development period and on the test.
WITH sides AS (
    SELECT 'winner' AS side, e.winner_trial AS trial, e.test_run_id AS test_run_id, e.experiment_id
    FROM experiments AS e
    WHERE e.experiment_id = $1
    UNION ALL
    SELECT 'baseline', 0, e.baseline_test_run_id, e.experiment_id
    FROM experiments AS e
    WHERE e.experiment_id = $1
), runs_of AS (
    SELECT s.side, 'validation' AS period, t.run_id, 'valid' AS split
    FROM sides AS s
    JOIN trials AS t ON t.experiment_id = s.experiment_id AND t.trial = s.trial
    UNION ALL
    SELECT side, 'test', test_run_id, 'backtest'
    FROM sides
    WHERE test_run_id IS NOT NULL
)
SELECT
    r.side,
    r.period,
    max(m.value) FILTER (m.key = 'sharpe')           AS sharpe,
    max(m.value) FILTER (m.key = 'total_return')     AS total_return,
    max(m.value) FILTER (m.key = 'benchmark_return') AS buy_and_hold,
    max(m.value) FILTER (m.key = 'max_drawdown')     AS max_drawdown,
    CAST(max(m.value) FILTER (m.key = 'n_trades') AS BIGINT) AS n_trades,
    max(m.value) FILTER (m.key = 'win_rate')         AS win_rate,
    max(m.value) FILTER (m.key = 'profit_factor')    AS profit_factor,
    max(m.value) FILTER (m.key = 'cost_drag')        AS cost_drag,
    r.run_id
FROM runs_of AS r
JOIN run_metrics AS m ON m.run_id = r.run_id AND m.split = r.split AND m.step = 0
GROUP BY r.side, r.period, r.run_id
ORDER BY r.side DESC, r.period DESC
