-- Every known metric of the runs of an experiment: itself, its trials, and what looked at the test period.
SELECT m.run_id, m.split, m.step, m.key, m.value
FROM run_metrics AS m
JOIN runs AS r ON r.run_id = m.run_id
JOIN experiments AS e
  ON r.run_id IN (e.experiment_id, e.test_run_id, e.baseline_test_run_id)
  OR (r.parent_run_id = e.experiment_id AND r.kind = 'trial')
WHERE e.experiment_id = $1 AND isfinite(m.value)
ORDER BY m.run_id, m.split, m.key, m.step
