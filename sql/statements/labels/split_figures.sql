-- Labels in figures by split. $1 set, $2 interval, $3 symbols joined by line feeds (empty: all), $4 to $9 the first and
-- last times of train, valid and test in microseconds. Labels that reach into the next split are counted apart.
WITH split AS (
    SELECT *,
        CASE WHEN ts BETWEEN make_timestamp($4) AND make_timestamp($5) THEN 'train'
             WHEN ts BETWEEN make_timestamp($6) AND make_timestamp($7) THEN 'valid'
             WHEN ts BETWEEN make_timestamp($8) AND make_timestamp($9) THEN 'test' END AS split
    FROM labels
    WHERE label_set = $1 AND interval = $2 AND ($3 = '' OR symbol IN (SELECT unnest(string_split($3, chr(10)))))
),
numbered AS (
    SELECT symbol, ts, row_number() OVER (PARTITION BY symbol ORDER BY ts) AS n
    FROM bars
    WHERE interval = $2 AND ($3 = '' OR symbol IN (SELECT unnest(string_split($3, chr(10)))))
),
judged AS (
    SELECT s.*, outof.n - into_.n AS held,
        coalesce(s.exit_ts >= make_timestamp(CASE s.split WHEN 'train' THEN $6 WHEN 'valid' THEN $8 END), false) AS is_purged
    FROM split AS s
    LEFT JOIN numbered AS into_ ON into_.symbol = s.symbol AND into_.ts = s.entry_ts
    LEFT JOIN numbered AS outof ON outof.symbol = s.symbol AND outof.ts = s.exit_ts
    WHERE s.split IS NOT NULL
)
SELECT
    split,
    count(*)                                                            AS n_rows,
    count(*) FILTER (label IS NULL)                                     AS n_null,
    count(*) FILTER (is_purged)                                         AS n_purged,
    count(label) FILTER (NOT is_purged)                                 AS n,
    CAST(avg(label) FILTER (NOT is_purged) AS DOUBLE)                   AS base_rate,
    count(*) FILTER (NOT is_purged AND barrier = 'take_profit')         AS take_profit,
    count(*) FILTER (NOT is_purged AND barrier = 'stop_loss')           AS stop_loss,
    count(*) FILTER (NOT is_purged AND barrier = 'horizon')             AS horizon,
    count(*) FILTER (NOT is_purged AND barrier = 'session')             AS session,
    avg(forward_return) FILTER (NOT is_purged)                          AS mean_return,
    median(forward_return) FILTER (NOT is_purged)                       AS median_return,
    CAST(avg(held) FILTER (NOT is_purged) AS DOUBLE)                    AS mean_bars_held,
    avg(weight) FILTER (NOT is_purged)                                  AS mean_weight
FROM judged
GROUP BY split
