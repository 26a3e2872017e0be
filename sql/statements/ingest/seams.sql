-- How a file fits onto what is stored, a row a symbol that is stored. $1 interval.
-- Number of shared stamps and median ratio of closes on them; then, for a file that shares none, the prices on both
-- sides of the seam: newest stored bar before it and its first row, its last row and the oldest stored bar after it.
WITH file AS (
    SELECT symbol, min(ts) AS first_ts, max(ts) AS last_ts, arg_min(open, ts) AS first_open, arg_max(close, ts) AS last_close
    FROM staged_bars GROUP BY symbol
), bins AS (
    SELECT symbol, ratio, sum(n) AS n FROM staged_ratios GROUP BY ALL
), ranked AS (
    SELECT symbol, ratio, sum(n) OVER (PARTITION BY symbol ORDER BY ratio) AS up_to, sum(n) OVER (PARTITION BY symbol) AS total
    FROM bins
), shared AS (
    SELECT symbol, CAST(any_value(total) AS BIGINT) AS n, min(ratio) FILTER (up_to * 2 >= total) AS ratio
    FROM ranked GROUP BY symbol
), sides AS (
    SELECT f.symbol,
           arg_max(b.close, b.ts) FILTER (b.ts < f.first_ts) AS close_before,
           arg_min(b.open, b.ts) FILTER (b.ts > f.last_ts)   AS open_after
    FROM file f JOIN bars b ON b.symbol = f.symbol AND b.interval = $1 GROUP BY f.symbol
)
SELECT symbol, coalesce(n, 0), ratio, first_open / close_before, open_after / last_close
FROM sides JOIN file USING (symbol) LEFT JOIN shared USING (symbol) ORDER BY symbol
