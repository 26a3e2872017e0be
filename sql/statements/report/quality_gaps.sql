-- Gaps of stored series. $1 symbols joined by line feeds, empty for all; $2 interval or empty.
SELECT symbol, interval, from_ts, to_ts, n_missing_bars, n_missing_sessions, gap_days
FROM bar_gaps
WHERE ($1 = '' OR symbol IN (SELECT unnest(string_split($1, chr(10))))) AND ($2 = '' OR interval = $2)
ORDER BY symbol, list_position(['1m', '5m', '15m', '30m', '1h', '1d'], interval), from_ts
