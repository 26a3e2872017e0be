-- Sessions of some series together: first and last bar start of each trading day. Symbols come joined by line feeds.
-- Days of several calendars may begin at different hours: the earliest bar counts, and none before the day before it.
SELECT epoch_us(min(ts)) AS first, epoch_us(max(ts)) AS last
FROM bars
WHERE symbol IN (SELECT unnest(string_split($1, chr(10))))
  AND interval = $2
  AND ($3 IS NULL OR ts >= make_timestamp(CAST($3 AS BIGINT)))
  AND ($4 IS NULL OR ts < make_timestamp(CAST($4 AS BIGINT)))
GROUP BY session_date
ORDER BY first
