-- Bars as they stood at a time: those not written since, and of those replaced since what they replaced; later ones are
-- not there. $1 symbol, $2 interval (empty: all), $3 the time.
SELECT symbol, interval, ts, close_ts, session_date, open, high, low, close, volume, vwap, adjustment, source, ingested_at
FROM (
    SELECT *, CAST(NULL AS TIMESTAMP) AS replaced_at
    FROM bars
    WHERE ($1 = '' OR symbol = $1) AND ($2 = '' OR interval = $2) AND ingested_at <= make_timestamp($3)
    UNION ALL BY NAME
    SELECT *
    FROM bars_revisions
    WHERE ($1 = '' OR symbol = $1) AND ($2 = '' OR interval = $2)
      AND ingested_at <= make_timestamp($3) AND replaced_at > make_timestamp($3)
)
-- Clocks may have been set back between two writes: of several candidates the one that was replaced first.
QUALIFY row_number() OVER (PARTITION BY symbol, interval, ts ORDER BY replaced_at NULLS LAST, ingested_at DESC) = 1
