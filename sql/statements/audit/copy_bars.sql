-- The bars of a series from a time on, for a copy.
SELECT symbol, interval, ts, close_ts, session_date, open, high, low, close, volume, vwap, adjustment, source, ingested_at
FROM bars
WHERE symbol = $1 AND interval = $2 AND ts >= make_timestamp($3)
