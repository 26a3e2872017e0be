-- A replaced bar is kept as it was, so that older runs can be replayed.
INSERT INTO bars_revisions BY NAME
SELECT b.*, make_timestamp($1) AS replaced_at
FROM bars b
JOIN staged_bars s ON b.symbol = s.symbol AND b.interval = s.interval AND b.ts = s.ts
WHERE (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.close_ts, b.session_date)
    IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.volume, s.vwap, s.close_ts, s.session_date)
