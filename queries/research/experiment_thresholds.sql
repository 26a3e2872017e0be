-- about: What a deployment of an experiment's winner has to hold, and where it is rolled back; the newest experiment unless one is named, by id or name
-- params: experiment VARCHAR = NULL
SELECT metric, comparison, baseline, winner, promote_at, roll_back_at, sessions, experiment_id
FROM experiment_thresholds
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
ORDER BY metric
