-- about: The deepest falls of a run from its highest equity
-- params: run VARCHAR, limit BIGINT = 5
SELECT start_ts, trough_ts, recovered_ts, depth, days, bars
FROM drawdowns
WHERE run_id = $run
ORDER BY depth, start_ts
LIMIT $limit
