-- Longer bars of one series: $1 symbol, $2 its interval, $3 seconds of the new one, $4 whether that is a day, $5 calendar.
-- With a calendar, bars start at the session's open and end at its close at the latest, and rows outside every session
-- are left out; without one they start at midnight UTC. A bar that ends after the newest known instant is still growing
-- and is left out. Volume is unknown as soon as one part is; vwap too, unless the part without it traded nothing.
CREATE OR REPLACE TEMP TABLE derived_bars AS
WITH
placed AS (
    SELECT
        b.*,
        CASE
            WHEN $4 THEN CAST(b.session_date AS TIMESTAMP)
            ELSE anchor + to_seconds(CAST(floor(epoch(b.ts - anchor) / $3) * $3 AS BIGINT))
        END AS start_ts,
        CASE WHEN $4 THEN coalesce(s.close_ts, b.session_date + INTERVAL 1 DAY)
            ELSE least(start_ts + to_seconds(CAST($3 AS BIGINT)), s.close_ts)
        END AS end_ts
    FROM bars AS b
    LEFT JOIN sessions AS s ON s.calendar = $5 AND s.date = b.session_date AND b.ts >= s.open_ts AND b.ts < s.close_ts,
    LATERAL (SELECT coalesce(s.open_ts, date_trunc('day', b.ts)) AS anchor)
    WHERE b.symbol = $1 AND b.interval = $2 AND (CAST($5 AS VARCHAR) IS NULL OR s.date IS NOT NULL)
)
SELECT
    start_ts AS ts,
    max(end_ts) AS close_ts,
    max(session_date) AS session_date,
    arg_min(open, ts) AS open,
    max(high) AS high,
    min(low) AS low,
    arg_max(close, ts) AS close,
    CASE WHEN count(volume) = count(*) THEN sum(volume) END AS volume,
    CASE WHEN count(volume) = count(*) AND count(*) FILTER (volume > 0 AND vwap IS NULL) = 0 AND sum(volume) > 0
        THEN sum(vwap * volume) FILTER (volume > 0) / sum(volume) END AS vwap,
    count(*) AS n_parts
FROM placed
GROUP BY start_ts
HAVING max(end_ts) <= (SELECT max(close_ts) FROM bars WHERE symbol = $1 AND interval = $2)
