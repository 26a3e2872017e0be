-- Every metric of a run. $1 run.
SELECT split || CASE WHEN step > 0 THEN ' ' || step ELSE '' END || ' ' || key, value
FROM run_metrics
WHERE run_id = $1
ORDER BY split, step, key
