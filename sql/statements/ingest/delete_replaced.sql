-- Makes room for the new values of bars that changed.
DELETE FROM bars b USING staged_bars s
WHERE b.symbol = s.symbol AND b.interval = s.interval AND b.ts = s.ts
  AND (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.close_ts, b.session_date)
    IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.volume, s.vwap, s.close_ts, s.session_date)
