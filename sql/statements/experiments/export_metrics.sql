-- Every known metric of the runs of an experiment: itself, its trials, and what looked at the test period. Backtests store
-- what run_performance says; how often their directions came true is asked of its view.
WITH members AS (
    SELECT r.run_id, r.run_id IN (e.test_run_id, e.baseline_test_run_id) AS is_test
    FROM experiments AS e
    JOIN runs AS r
      ON r.run_id IN (e.experiment_id, e.test_run_id, e.baseline_test_run_id)
      OR (r.parent_run_id = e.experiment_id AND r.kind = 'trial')
    WHERE e.experiment_id = $1
),
directions AS (
    UNPIVOT (
        SELECT run_id, accuracy, precision_long, recall_long, f1_long, precision_short, recall_short, f1_short, hit_ratio
        FROM classification_report
        WHERE run_id IN (SELECT run_id FROM members WHERE is_test)
    )
    ON COLUMNS(* EXCLUDE (run_id)) INTO NAME key VALUE value
)
SELECT m.run_id, m.split, m.step, m.key, m.value
FROM run_metrics AS m
JOIN members USING (run_id)
WHERE isfinite(m.value)
UNION ALL
SELECT run_id, 'backtest', 0, key, value
FROM directions
WHERE isfinite(value)
ORDER BY 1, 2, 4, 3
