-- The rows that samples are made of: every feature of one set and interval, with the close of its bar and its label.
-- $1 feature table, $2 interval, $3 label set, $4 symbols joined by line feeds (empty: all), $5 first sample time,
-- $6 end of sample times (exclusive), both in microseconds, $7 rows before a sample that its window needs, $8 how many of a
-- symbol's last rows can have a bet that the data's end leaves open (NULL: nobody knows), $9 whether every bet has a side.
-- Names with a dot can't clash with a feature.
WITH
newest AS (
    SELECT symbol, ts, label, side, min(ts) FILTER (label IS NOT NULL) OVER (PARTITION BY symbol) AS first_known
    FROM labels
    WHERE label_set = $3 AND interval = $2 AND ($4 = '' OR symbol IN (SELECT unnest(string_split($4, chr(10)))))
    QUALIFY $8 IS NULL OR row_number() OVER (PARTITION BY symbol ORDER BY ts DESC) <= $8
),
-- Near the end of the data a label is known only if its barrier was touched early: those that are known say nothing of those
-- that are not, so none is used from the first unknown one on. An unknown one further back is a bar without a bet, and so is
-- one without a side where bets have sides. Where nobody knows how long bets last, the rows before the first label are bars
-- without a bet, and all later ones may be open.
hidden AS (
    SELECT symbol, min(ts) AS ts
    FROM newest
    WHERE label IS NULL AND ($8 IS NOT NULL OR ts > first_known) AND (side IS NOT NULL OR NOT $9)
    GROUP BY symbol
)
SELECT f.* EXCLUDE (symbol, interval, ts),
       f.symbol         AS "sample.symbol",
       f.ts             AS "sample.ts",
       b.close_ts       AS "sample.close_ts",
       b.close          AS "sample.close",
       i.asset_id       AS "sample.asset_id",
       CASE WHEN h.ts IS NULL OR f.ts < h.ts THEN l.label END          AS "sample.label",
       CASE WHEN h.ts IS NULL OR f.ts < h.ts THEN l.forward_return END AS "sample.forward_return",
       CASE WHEN h.ts IS NULL OR f.ts < h.ts THEN l.exit_ts END        AS "sample.exit_ts",
       l.side           AS "sample.side",
       l.ts             AS "sample.label_ts"
FROM query_table($1) AS f
JOIN bars AS b ON b.symbol = f.symbol AND b.interval = f.interval AND b.ts = f.ts
LEFT JOIN instruments AS i ON i.symbol = f.symbol
LEFT JOIN labels AS l ON l.label_set = $3 AND l.symbol = f.symbol AND l.interval = f.interval AND l.ts = f.ts
LEFT JOIN hidden AS h ON h.symbol = f.symbol
WHERE f.interval = $2
  AND ($4 = '' OR f.symbol IN (SELECT unnest(string_split($4, chr(10)))))
  AND f.ts < make_timestamp($6)
-- Not a look ahead: a row is read when one of the samples asked for has it in its window.
QUALIFY max(f.ts) OVER (PARTITION BY f.symbol ORDER BY f.ts ROWS BETWEEN CURRENT ROW AND $7 FOLLOWING) >= make_timestamp($5)
ORDER BY f.symbol, f.ts
