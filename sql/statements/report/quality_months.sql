-- Bars present and expected by month. $1 symbols joined by line feeds, empty for all; $2 interval or empty.
SELECT symbol, interval, CAST(month AS VARCHAR) AS month, n_bars, n_inside, n_expected, coverage
FROM bar_coverage
WHERE ($1 = '' OR symbol IN (SELECT unnest(string_split($1, chr(10))))) AND ($2 = '' OR interval = $2)
ORDER BY symbol, list_position(['1m', '5m', '15m', '30m', '1h', '1d'], interval), month
