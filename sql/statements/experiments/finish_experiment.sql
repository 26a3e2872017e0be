-- What the search came to.
UPDATE experiments
SET winner_trial = $2, test_run_id = $3, baseline_test_run_id = $4, model_id = $5
WHERE experiment_id = $1
