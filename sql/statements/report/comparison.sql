-- The metrics of several runs side by side.
SELECT *
FROM run_performance
WHERE list_contains(CAST($1 AS VARCHAR[]), run_id)
