-- The metrics of several runs side by side.
SELECT *
FROM run_performance
WHERE run_id IN (SELECT unnest(CAST($1 AS VARCHAR[])))
