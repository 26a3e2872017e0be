-- about: Which parameters moved an experiment's objectives, and how far the forest that says so is to be trusted; the newest experiment unless one is named, by id or name
-- params: experiment VARCHAR = NULL
SELECT objective, param, importance, deviation, share, forest_r2, experiment_id
FROM experiment_importance
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
ORDER BY objective, importance DESC, param
