-- A random sample of each split's labels, the same for the same seed. $1 set, $2 interval, $3 symbols joined by line feeds
-- (empty: all), $4 to $9 the first and last times of train, valid and test in microseconds, $10 seed, $11 labels a split.
WITH split AS (
    SELECT *,
        CASE WHEN ts BETWEEN make_timestamp($4) AND make_timestamp($5) THEN 'train'
             WHEN ts BETWEEN make_timestamp($6) AND make_timestamp($7) THEN 'valid'
             WHEN ts BETWEEN make_timestamp($8) AND make_timestamp($9) THEN 'test' END AS split,
        md5(concat_ws(' ', CAST($10 AS UBIGINT), symbol, epoch_us(ts))) AS draw
    FROM labels
    WHERE label_set = $1 AND interval = $2 AND label IS NOT NULL
      AND ($3 = '' OR symbol IN (SELECT unnest(string_split($3, chr(10)))))
),
drawn AS (
    SELECT *
    FROM split
    WHERE split IS NOT NULL
      AND NOT coalesce(exit_ts >= make_timestamp(CASE split WHEN 'train' THEN $6 WHEN 'valid' THEN $8 END), false)
    QUALIFY row_number() OVER (PARTITION BY split ORDER BY draw) <= CAST($11 AS BIGINT)
)
SELECT split, symbol, epoch_us(ts), label, forward_return, epoch_us(entry_ts), epoch_us(exit_ts), barrier, side, weight
FROM drawn
ORDER BY symbol, ts
