-- The metrics of a run beside buy-and-hold.
SELECT *
FROM run_performance
WHERE run_id = $1
