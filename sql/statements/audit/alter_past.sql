-- Bars with another past: those known by the cut ($1, microseconds) have other prices. $2 is the seed.
INSERT INTO bars BY NAME
WITH drawn AS (
    SELECT *, epoch_us(close_ts) <= $1 AS is_past, 0.4 + hash(symbol, interval, ts, $2) % 1000 / 400 AS factor
    FROM audit_bars)
SELECT * EXCLUDE (is_past, factor) REPLACE (
    CASE WHEN is_past THEN open * factor ELSE open END AS open,
    CASE WHEN is_past THEN high * factor ELSE high END AS high,
    CASE WHEN is_past THEN low * factor ELSE low END AS low,
    CASE WHEN is_past THEN close * factor ELSE close END AS close)
FROM drawn
