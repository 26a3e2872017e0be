-- The final metrics of a run, training curves left out. $1 run.
SELECT split, key, value FROM run_metrics WHERE run_id = $1 AND step = 0 ORDER BY split, key
