-- Every parameter of a run.
SELECT key, coalesce(value, '') FROM run_params WHERE run_id = $1 ORDER BY key
