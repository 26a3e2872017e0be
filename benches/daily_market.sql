-- Ten thousand synthetic daily series of 2500 days each: random walks out of hashes, sorted by symbol and day.
INSERT INTO bars (symbol, interval, ts, close_ts, session_date, open, high, low, close, volume, vwap, adjustment, source, ingested_at)
WITH noise AS (
    SELECT s, d, (hash(s, d) % 1000003) / 1000003.0 - 0.5 AS day, (hash(d, s, 7) % 1000003) / 1000003.0 - 0.5 AS night
    FROM range(10000) a(s), range(2500) b(d)
),
walk AS (
    SELECT s, d, night, exp(0.05 * sum(day) OVER (PARTITION BY s ORDER BY d ROWS UNBOUNDED PRECEDING)) * 100 AS close
    FROM noise
),
bar AS (
    SELECT s, d, coalesce(lag(close) OVER (PARTITION BY s ORDER BY d), 100) * (1 + 0.004 * night) AS open, close FROM walk
)
SELECT format('SYN{:05d}', s + 1), '1d', day, day + INTERVAL 1 DAY, CAST(day AS DATE), open, greatest(open, close) * 1.002,
       least(open, close) * 0.998, close, 100000, NULL, 'raw', 'synthetic', TIMESTAMP '2024-01-01'
FROM (SELECT *, TIMESTAMP '2010-01-04' + INTERVAL 1 DAY * (d // 5 * 7 + d % 5) AS day FROM bar)
ORDER BY s, d
