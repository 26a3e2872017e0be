-- Bars as they might have been: those known by the cut ($1, microseconds) as they are; later ones with other prices and
-- volumes, thinned out ($2 = 1), gone ($2 = 2), or joined by others ($2 = 3). $3 is the seed.
INSERT INTO bars BY NAME
WITH drawn AS (
    SELECT *, epoch_us(close_ts) > $1 AS is_later, CAST(hash(symbol, interval, ts, $3) % 1000000 AS BIGINT) AS drawn
    FROM audit_bars),
altered AS (
    SELECT * REPLACE (
        CASE WHEN is_later THEN open * (0.4 + drawn % 1000 / 400) ELSE open END AS open,
        CASE WHEN is_later THEN high * (0.4 + drawn % 1000 / 400) ELSE high END AS high,
        CASE WHEN is_later THEN low * (0.4 + drawn % 1000 / 400) ELSE low END AS low,
        CASE WHEN is_later THEN close * (0.4 + drawn % 1000 / 400) ELSE close END AS close,
        CASE WHEN is_later THEN nullif(coalesce(volume, 1000) * (drawn // 1000 % 7), 0) ELSE volume END AS volume,
        CASE WHEN is_later THEN vwap * (0.4 + drawn % 1000 / 400) ELSE vwap END AS vwap)
    FROM drawn
    WHERE NOT is_later OR $2 IN (0, 3) OR ($2 = 1 AND drawn % 2 = 0))
SELECT * EXCLUDE (is_later, drawn) FROM altered
UNION ALL BY NAME
SELECT * EXCLUDE (is_later, drawn) REPLACE (ts + INTERVAL 1 SECOND AS ts, close_ts + INTERVAL 1 SECOND AS close_ts)
FROM altered
WHERE is_later AND $2 = 3 AND drawn % 3 = 0
