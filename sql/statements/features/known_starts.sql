-- Start of the newest bar of each series that was known at its time. Symbols, intervals and times come joined by line
-- feeds, side by side; $4 is their number.
WITH wanted AS (
SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS us, unnest(range(CAST($4 AS BIGINT))) AS at)
SELECT w.at, epoch_us(max(b.ts)) FROM wanted w JOIN bars b ON b.symbol = w.symbol AND b.interval = w.interval
WHERE epoch_us(b.close_ts) <= w.us GROUP BY w.at
