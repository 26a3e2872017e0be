-- Everything known of the quality of stored series. $1 symbols joined by line feeds, empty for all; $2 interval or empty.
SELECT
    q.*,
    (SELECT string_agg(reason || ' ' || n, ', ' ORDER BY reason) FROM (
        SELECT reason, count(*) AS n FROM bars_rejected AS r
        WHERE r.symbol = q.symbol AND r.interval = q.interval GROUP BY reason)) AS reasons,
    (SELECT string_agg(DISTINCT adjustment, ', ' ORDER BY adjustment) FROM bars AS b
     WHERE b.symbol = q.symbol AND b.interval = q.interval) AS adjustments,
    (SELECT string_agg(name || ' from ' || strftime(from_ts, '%Y-%m-%d %H:%M'), ', ' ORDER BY name) FROM stale_marks AS m
     WHERE m.symbol = q.symbol AND m.interval = q.interval) AS stale,
    array_to_string(q.sources, ', ') AS source_names
FROM data_quality AS q
WHERE ($1 = '' OR q.symbol IN (SELECT unnest(string_split($1, chr(10))))) AND ($2 = '' OR q.interval = $2)
ORDER BY q.symbol, list_position(['1m', '5m', '15m', '30m', '1h', '1d'], q.interval)
