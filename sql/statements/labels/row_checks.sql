-- What can't be in a set of labels, counted over every row. $1 set, $2 interval, $3 symbols joined by line feeds (empty:
-- all). An entry that is NULL although a bar follows is no fault: that bar came after the build.
WITH following AS (
    SELECT symbol, ts, close_ts, source, lead(ts) OVER (PARTITION BY symbol ORDER BY ts) AS next_ts
    FROM bars
    WHERE interval = $2 AND ($3 = '' OR symbol IN (SELECT unnest(string_split($3, chr(10)))))
)
SELECT
    count(*)                                                                                    AS n_rows,
    count(*) - count(DISTINCT (l.symbol, l.ts))                                                 AS duplicate,
    count(*) FILTER (b.ts IS NULL)                                                              AS without_bar,
    count(*) FILTER (l.entry_ts IS DISTINCT FROM b.next_ts AND l.entry_ts IS NOT NULL)          AS entry_not_next,
    count(*) FILTER (l.entry_ts < b.close_ts)                                                   AS entry_early,
    count(*) FILTER (l.exit_ts < l.entry_ts)                                                    AS exit_early,
    count(*) FILTER ((l.label IS NULL) <> (l.forward_return IS NULL)
                     OR (l.label IS NULL) <> (l.exit_ts IS NULL)
                     OR (l.label IS NULL) <> (l.barrier IS NULL)
                     OR (l.label IS NULL AND l.weight IS NOT NULL))                             AS half_known,
    count(*) FILTER (l.weight <= 0 OR l.weight > 1 OR isnan(l.weight))                          AS weight_range,
    count(*) FILTER (l.label IS NOT NULL AND l.weight IS NULL)                                  AS unweighed,
    count(*) FILTER (starts_with(b.source, 'synthetic'))                                        AS n_synthetic
FROM labels AS l
LEFT JOIN following AS b ON b.symbol = l.symbol AND b.ts = l.ts
WHERE l.label_set = $1 AND l.interval = $2 AND ($3 = '' OR l.symbol IN (SELECT unnest(string_split($3, chr(10)))))
