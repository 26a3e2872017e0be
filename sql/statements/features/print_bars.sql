-- Fingerprint of the bars of each wanted series that were known at its time: their number and a hash of their values.
-- Symbols, intervals and times come joined by line feeds, side by side; $4 is their number.
WITH wanted AS (
    SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
           CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS known_us, unnest(range(CAST($4 AS BIGINT))) AS at)
SELECT w.at,
       count(*) || ':' || to_base(CAST(bit_xor(hash(b.ts, b.close_ts, b.session_date, b.open, b.high, b.low, b.close, b.volume, b.vwap)) // 2 AS BIGINT), 36)
FROM wanted w JOIN bars b ON b.symbol = w.symbol AND b.interval = w.interval
WHERE epoch_us(b.close_ts) <= w.known_us
GROUP BY w.at
