-- What was known at the first close is the newest snapshot at or before it; what came later follows. Symbols and first
-- closes come joined by line feeds, side by side; $3 is their number.
WITH wanted AS (
SELECT unnest(string_split($1, chr(10))) AS symbol, CAST(unnest(string_split($2, chr(10))) AS BIGINT) AS us,
unnest(range(CAST($3 AS BIGINT))) AS at),
start AS (
SELECT w.at, max(s.known_ts) AS known_ts FROM wanted w JOIN sentiment_snapshots s ON s.symbol = w.symbol
WHERE epoch_us(s.known_ts) <= w.us GROUP BY w.at)
SELECT w.at, s.known_ts, s.score, s.confidence, s.provider, s.fetched_at
FROM sentiment_snapshots s JOIN wanted w ON s.symbol = w.symbol LEFT JOIN start ON start.at = w.at
WHERE start.known_ts IS NULL OR s.known_ts >= start.known_ts
