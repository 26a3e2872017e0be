-- The five deepest drawdowns; one that is not recovered has no end.
SELECT start_ts, trough_ts, recovered_ts, depth, days
FROM drawdowns
WHERE run_id = $1
ORDER BY depth, start_ts
LIMIT 5
