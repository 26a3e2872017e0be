-- What happened since a time to the bars of a run, a row a symbol: bars replaced, bars that came in within its period, and
-- whether any were there before. $1 symbols joined by line feeds, $2 interval, $3 the time, $4 newest close_ts read.
WITH asked AS (SELECT unnest(string_split($1, chr(10))) AS symbol),
replaced AS (
    SELECT symbol, ts
    FROM bars_revisions
    WHERE interval = $2 AND replaced_at > make_timestamp($3) AND ingested_at <= make_timestamp($3)
      AND close_ts <= make_timestamp($4)
    GROUP BY symbol, ts
),
later AS (
    SELECT symbol, ts
    FROM bars
    WHERE interval = $2 AND ingested_at > make_timestamp($3) AND close_ts <= make_timestamp($4)
)
SELECT a.symbol,
       (SELECT count(*) FROM replaced AS r WHERE r.symbol = a.symbol)                                       AS replaced,
       (SELECT count(*) FROM later AS l ANTI JOIN replaced AS r ON r.symbol = l.symbol AND r.ts = l.ts
        WHERE l.symbol = a.symbol)                                                                          AS added,
       (SELECT count(*) FROM bars AS b
        WHERE b.symbol = a.symbol AND b.interval = $2 AND b.close_ts <= make_timestamp($4))                 AS bars
FROM asked AS a
ORDER BY a.symbol
