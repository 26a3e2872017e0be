-- Staged rows of a span of time beside the stored ones. $1 interval, $2 adjustment, $3 from, $4 to (exclusive), µs.
CREATE OR REPLACE TEMP TABLE staged_pairs AS
SELECT s.symbol, s.ts, b.symbol IS NOT NULL AS is_stored, s.close / b.close AS ratio,
       b.symbol IS NULL
       OR (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.close_ts, b.session_date, b.adjustment)
          IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.volume, s.vwap, s.close_ts, s.session_date, $2) AS is_changed
FROM (FROM staged_bars WHERE ts >= make_timestamp($3) AND ts < make_timestamp($4)) s
LEFT JOIN (FROM bars WHERE interval = $1 AND ts >= make_timestamp($3) AND ts < make_timestamp($4)) b
  ON b.symbol = s.symbol AND b.ts = s.ts
