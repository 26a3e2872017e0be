-- Every parameter of the runs of an experiment: itself, its trials, and what looked at the test period.
SELECT p.run_id, p.key, coalesce(p.value, '')
FROM run_params AS p
JOIN runs AS r ON r.run_id = p.run_id
JOIN experiments AS e
  ON r.run_id IN (e.experiment_id, e.test_run_id, e.baseline_test_run_id)
  OR (r.parent_run_id = e.experiment_id AND r.kind = 'trial')
WHERE e.experiment_id = $1
ORDER BY p.run_id, p.key
