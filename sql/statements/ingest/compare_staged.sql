-- Staged rows beside stored ones: new, different, the same. $1 interval, $2 adjustment.
CREATE OR REPLACE TEMP TABLE staged_changes AS
SELECT s.symbol, s.ts, b.symbol IS NOT NULL AS is_stored, s.close / b.close AS ratio
FROM staged_bars s
LEFT JOIN bars b ON b.symbol = s.symbol AND b.interval = $1 AND b.ts = s.ts
WHERE b.symbol IS NULL
   OR (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.close_ts, b.session_date, b.adjustment)
      IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.volume, s.vwap, s.close_ts, s.session_date, $2)
