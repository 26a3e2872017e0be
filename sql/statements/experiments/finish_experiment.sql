-- What the search came to, and that the test period was looked at.
UPDATE experiments
SET winner_trial = $2, test_run_id = $3, baseline_test_run_id = $4, model_id = $5,
    tested_at = CASE WHEN $3 IS NULL THEN NULL ELSE make_timestamp($6) END
WHERE experiment_id = $1
