-- How a file fits onto what is stored, a row a symbol that is stored. $1 interval.
-- n_shared, median ratio of closes on shared stamps; then, for a file that shares none, the prices on both sides of
-- the seam: newest stored bar before it and its first row, its last row and the oldest stored bar after it.
WITH file AS (
    SELECT symbol, min(ts) AS first_ts, max(ts) AS last_ts, arg_min(open, ts) AS first_open, arg_max(close, ts) AS last_close
    FROM staged_bars GROUP BY symbol
), shared AS (
    SELECT s.symbol, count(*) AS n, median(s.close / b.close) AS ratio
    FROM staged_bars s JOIN bars b ON b.symbol = s.symbol AND b.interval = $1 AND b.ts = s.ts GROUP BY s.symbol
), sides AS (
    SELECT f.symbol,
           arg_max(b.close, b.ts) FILTER (b.ts < f.first_ts) AS close_before,
           arg_min(b.open, b.ts) FILTER (b.ts > f.last_ts)   AS open_after
    FROM file f JOIN bars b ON b.symbol = f.symbol AND b.interval = $1 GROUP BY f.symbol
)
SELECT symbol, coalesce(n, 0), ratio, first_open / close_before, open_after / last_close
FROM sides JOIN file USING (symbol) LEFT JOIN shared USING (symbol) ORDER BY symbol
