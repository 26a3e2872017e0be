-- about: Orders of a run that were refused or expired, by kind of reason, with an example
-- params: run VARCHAR
SELECT
    status,
    -- Reasons carry amounts behind their kind.
    split_part(reason, ':', 1)  AS reason,
    symbol,
    count(*)                    AS n_orders,
    min(decided_ts)             AS first_ts,
    max(decided_ts)             AS last_ts,
    min_by(reason, decided_ts)  AS example
FROM orders
WHERE run_id = $run AND status <> 'filled'
GROUP BY ALL
ORDER BY n_orders DESC, symbol, status, reason
