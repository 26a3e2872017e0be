-- about: Orders of a run that were refused or expired, by reason
-- params: run VARCHAR
SELECT status, reason, symbol, count(*) AS n_orders, min(decided_ts) AS first_ts, max(decided_ts) AS last_ts
FROM orders
WHERE run_id = $run AND status <> 'filled'
GROUP BY status, reason, symbol
ORDER BY n_orders DESC, symbol, status, reason
