-- Bars as they stood at a time: those not written since, and of those replaced since what they replaced; later ones are
-- not there. Clocks may have been set back between two writes: of several candidates the one that was replaced first.
-- $1 symbols joined by line feeds (empty: all), $2 interval (empty: all), $3 the time.
-- Of each series the bars from $5 bars before $4 on and before $6 (microseconds), and the last bar of each adjustment: those
-- say how far the series is adjusted. $4 and $6 at the ends of time: all bars.
WITH replaced AS (
    SELECT * EXCLUDE (replaced_at)
    FROM bars_revisions
    WHERE ($1 = '' OR symbol IN (SELECT unnest(string_split($1, chr(10))))) AND ($2 = '' OR interval = $2)
      AND ingested_at <= make_timestamp($3) AND replaced_at > make_timestamp($3)
    QUALIFY row_number() OVER (PARTITION BY symbol, interval, ts ORDER BY replaced_at, ingested_at DESC) = 1
),
then_there AS NOT MATERIALIZED (
    SELECT *
    FROM bars AS b
    ANTI JOIN replaced AS r ON r.symbol = b.symbol AND r.interval = b.interval AND r.ts = b.ts
    WHERE ($1 = '' OR b.symbol IN (SELECT unnest(string_split($1, chr(10))))) AND ($2 = '' OR b.interval = $2)
      AND b.ingested_at <= make_timestamp($3)
    UNION ALL BY NAME
    FROM replaced
),
starts AS (
    SELECT symbol, interval, list_min(max(ts, greatest(CAST($5 AS BIGINT), 1))) AS ts
    FROM then_there
    WHERE ts < make_timestamp($4) AND CAST($5 AS BIGINT) > 0
    GROUP BY symbol, interval
),
ends AS (
    SELECT symbol, interval, max(ts) AS ts
    FROM then_there
    GROUP BY symbol, interval, adjustment
)
SELECT t.symbol, t.interval, t.ts, t.close_ts, t.session_date, t.open, t.high, t.low, t.close, t.volume, t.vwap,
       t.adjustment, t.source, t.ingested_at
FROM then_there AS t
LEFT JOIN starts AS s ON s.symbol = t.symbol AND s.interval = t.interval
WHERE t.ts >= coalesce(s.ts, make_timestamp($4)) AND t.ts < make_timestamp($6)
   OR (t.symbol, t.interval, t.ts) IN (SELECT (symbol, interval, ts) FROM ends)
