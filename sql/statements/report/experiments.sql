-- The newest experiments, for whoever named one that is not there.
SELECT experiment_id
FROM experiment_summary
ORDER BY started_at DESC, experiment_id DESC
LIMIT 5
