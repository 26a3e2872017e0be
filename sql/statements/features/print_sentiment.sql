-- Fingerprint of the sentiment known at each wanted time. Symbols, intervals (of no concern here) and times come joined
-- by line feeds, side by side; $4 is their number.
WITH wanted AS (
    SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
           CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS known_us, unnest(range(CAST($4 AS BIGINT))) AS at)
SELECT w.at,
       count(*) || ':' || to_base(CAST(bit_xor(hash(s.known_ts, s.score, s.confidence, s.provider, s.fetched_at)) // 2 AS BIGINT), 36)
FROM wanted w JOIN sentiment_snapshots s ON s.symbol = w.symbol
WHERE epoch_us(s.known_ts) <= w.known_us
GROUP BY w.at
