-- about: Dated training and validation windows of an experiment, and its test period; the newest experiment unless one is named, by id or name
-- params: experiment VARCHAR = NULL
SELECT fold, part, from_ts, to_ts, n_sessions, n_samples, n_purged, experiment_id
FROM experiment_folds
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
UNION ALL
SELECT NULL, 'test', test_from, test_to, NULL, NULL, NULL, experiment_id
FROM experiments
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
ORDER BY fold NULLS LAST, from_ts, part
