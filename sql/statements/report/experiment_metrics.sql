-- What the winner and the baseline came to, on validation and on the untouched test.
WITH sides AS (
    SELECT t.run_id, CASE t.trial WHEN 0 THEN 'baseline_valid' ELSE 'winner_valid' END AS side, 'valid' AS split
    FROM trials AS t
    JOIN experiments AS e ON e.experiment_id = t.experiment_id
    WHERE t.experiment_id = $1 AND (t.trial = 0 OR t.trial = e.winner_trial)
    UNION ALL
    SELECT test_run_id, 'winner_test', 'backtest' FROM experiments WHERE experiment_id = $1 AND test_run_id IS NOT NULL
    UNION ALL
    SELECT baseline_test_run_id, 'baseline_test', 'backtest' FROM experiments WHERE experiment_id = $1 AND baseline_test_run_id IS NOT NULL
)
SELECT m.key, s.side, m.value
FROM sides AS s
JOIN run_metrics AS m ON m.run_id = s.run_id AND m.split = s.split AND m.step = 0
WHERE isfinite(m.value)
ORDER BY m.key, s.side
