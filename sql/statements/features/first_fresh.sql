-- By interval, when the first bar after those built so far closed. Symbols, intervals and the starts of the newest bars
-- built come joined by line feeds, side by side.
WITH wanted AS (
    SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
           CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS last_us)
SELECT b.interval, epoch_us(min(b.close_ts))
FROM wanted w JOIN bars b ON b.symbol = w.symbol AND b.interval = w.interval
WHERE epoch_us(b.ts) > w.last_us
GROUP BY b.interval
