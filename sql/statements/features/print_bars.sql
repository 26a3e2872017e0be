-- Fingerprint of the bars of each wanted series that were known at its time: their number and a hash of their values; of
-- raw bars also of the splits up to their last session. Symbols, intervals and times come joined by line feeds, side by
-- side; $4 is their number.
WITH wanted AS (
    SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
           CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS known_us, unnest(range(CAST($4 AS BIGINT))) AS at),
printed AS (
    SELECT w.at, any_value(w.symbol) AS symbol, max(b.session_date) AS last_date,
           count(*) || ':' || to_base(CAST(bit_xor(hash(b.ts, b.close_ts, b.session_date, b.open, b.high, b.low, b.close, b.volume, b.vwap)) // 2 AS BIGINT), 36) AS print,
           bool_or(b.adjustment = 'raw') AS is_raw
    FROM wanted w JOIN bars b ON b.symbol = w.symbol AND b.interval = w.interval
    WHERE epoch_us(b.close_ts) <= w.known_us
    GROUP BY w.at),
split AS (
    SELECT p.at, to_base(CAST(bit_xor(hash(a.ex_date, a.split)) // 2 AS BIGINT), 36) AS print
    FROM printed p JOIN corporate_actions a ON a.symbol = p.symbol AND a.ex_date <= p.last_date
    WHERE a.split > 0 AND p.is_raw
    GROUP BY p.at)
SELECT p.at, p.print || coalesce('x' || s.print, '')
FROM printed p LEFT JOIN split s ON s.at = p.at
