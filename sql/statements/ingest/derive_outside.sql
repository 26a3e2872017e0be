-- Bars of a series outside every session of its calendar. $1 symbol, $2 interval, $3 calendar.
SELECT count(*)
FROM bars AS b
ANTI JOIN sessions AS s ON s.calendar = $3 AND s.date = b.session_date AND b.ts >= s.open_ts AND b.ts < s.close_ts
WHERE b.symbol = $1 AND b.interval = $2 AND CAST($3 AS VARCHAR) IS NOT NULL
