-- How many staged rows are new, different from the stored bar, or the same.
SELECT count(*) FILTER (WHERE b.symbol IS NULL) AS inserted,
       count(*) FILTER (WHERE b.symbol IS NOT NULL AND different) AS updated,
       count(*) FILTER (WHERE b.symbol IS NOT NULL AND NOT different) AS unchanged
FROM staged_bars s
LEFT JOIN bars b ON b.symbol = s.symbol AND b.interval = s.interval AND b.ts = s.ts,
LATERAL (SELECT (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.close_ts, b.session_date)
    IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.volume, s.vwap, s.close_ts, s.session_date) AS different)
