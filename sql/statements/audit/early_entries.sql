-- Labels that enter before their decision was known, or not at the next bar.
WITH decided AS (
    SELECT b.symbol, b.interval, b.ts, b.close_ts, lead(b.ts) OVER (PARTITION BY b.symbol, b.interval ORDER BY b.ts) AS next_ts
    FROM bars b)
SELECT count(*)
FROM labels l JOIN decided d ON d.symbol = l.symbol AND d.interval = l.interval AND d.ts = l.ts
WHERE l.label_set = $1 AND l.entry_ts IS NOT NULL AND (l.entry_ts < d.close_ts OR l.entry_ts IS DISTINCT FROM d.next_ts)
