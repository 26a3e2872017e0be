-- The rows that samples are made of: every feature of one set and interval, with the close of its bar and its label.
-- $1 feature table, $2 interval, $3 label set, $4 symbols joined by line feeds (empty: all), $5 first sample time,
-- $6 end of sample times (exclusive), both in microseconds, $7 rows before a sample that its window needs.
-- Names with a dot can't clash with a feature.
SELECT f.* EXCLUDE (symbol, interval, ts),
       f.symbol         AS "sample.symbol",
       f.ts             AS "sample.ts",
       b.close_ts       AS "sample.close_ts",
       b.close          AS "sample.close",
       i.asset_id       AS "sample.asset_id",
       l.label          AS "sample.label",
       l.forward_return AS "sample.forward_return",
       l.exit_ts        AS "sample.exit_ts"
FROM query_table($1) AS f
JOIN bars AS b ON b.symbol = f.symbol AND b.interval = f.interval AND b.ts = f.ts
LEFT JOIN instruments AS i ON i.symbol = f.symbol
LEFT JOIN labels AS l ON l.label_set = $3 AND l.symbol = f.symbol AND l.interval = f.interval AND l.ts = f.ts
WHERE f.interval = $2
  AND ($4 = '' OR f.symbol IN (SELECT unnest(string_split($4, chr(10)))))
  AND f.ts < make_timestamp($6)
-- Not a look ahead: a row is read when one of the samples asked for has it in its window.
QUALIFY max(f.ts) OVER (PARTITION BY f.symbol ORDER BY f.ts ROWS BETWEEN CURRENT ROW AND $7 FOLLOWING) >= make_timestamp($5)
ORDER BY f.symbol, f.ts
