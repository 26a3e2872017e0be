-- One of the rows of a run in a table, by its place in their order. $1 run, $2 table, $3 place from 0.
SELECT COLUMNS(lambda c: c NOT IN ('run_id', 'trace_id', 'model_id', 'latency_ms'))
FROM query_table($2)
WHERE run_id = $1
ORDER BY ALL
LIMIT 1 OFFSET CAST($3 AS BIGINT)
