-- Final metrics of a run's split. $1 run, $2 split.
SELECT key, value FROM run_metrics WHERE run_id = $1 AND split = $2 AND step = 0 ORDER BY key
