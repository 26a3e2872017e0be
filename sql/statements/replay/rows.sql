-- What a run left in a table, in one order, without what differs between two runs of the same: ids and clocks.
-- $1 run, $2 table.
SELECT COLUMNS(lambda c: c NOT IN ('run_id', 'trace_id', 'model_id', 'latency_ms'))
FROM query_table($2)
WHERE run_id = $1
ORDER BY ALL
