-- about: The thresholds that were best by F1 and by profit on each split, beside the one in force
-- params: run VARCHAR
SELECT
    s.split,
    CASE WHEN s.best_by_f1 AND s.best_by_profit THEN 'f1 and profit' WHEN s.best_by_f1 THEN 'f1' ELSE 'profit' END AS best_by,
    s.threshold,
    c.threshold        AS threshold_in_force,
    s.n_predicted,
    s.precision,
    s.recall,
    s.f1,
    s.mean_return,
    s.expected_profit
FROM threshold_sweep AS s
JOIN classifier_metrics AS c ON c.run_id = s.run_id AND c.split = s.split
WHERE s.run_id = $run AND (s.best_by_f1 OR s.best_by_profit)
ORDER BY s.split, s.threshold
