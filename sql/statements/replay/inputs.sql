-- The bars behind a run as they were when it began, a row a symbol. $1 symbols joined by line feeds, $2 interval, $3 when
-- it began, $4 first bar start, $5 end of bar starts (not included), $6 newest close_ts read.
WITH asked AS (SELECT unnest(string_split($1, chr(10))) AS symbol),
then_there AS (
    SELECT symbol, ts, source, adjustment
    FROM bars
    WHERE interval = $2 AND ingested_at <= make_timestamp($3) AND ts >= make_timestamp($4) AND ts < make_timestamp($5)
      AND close_ts <= make_timestamp($6)
    UNION ALL
    SELECT symbol, ts, source, adjustment
    FROM bars_revisions
    WHERE interval = $2 AND ingested_at <= make_timestamp($3) AND replaced_at > make_timestamp($3)
      AND ts >= make_timestamp($4) AND ts < make_timestamp($5) AND close_ts <= make_timestamp($6)
)
SELECT a.symbol, count(DISTINCT t.ts), epoch_us(min(t.ts)), epoch_us(max(t.ts)),
       coalesce(string_agg(DISTINCT t.source, ', ' ORDER BY t.source), ''),
       coalesce(string_agg(DISTINCT t.adjustment, ', ' ORDER BY t.adjustment), ''),
       coalesce(bool_or(starts_with(t.source, 'synthetic')), false)
FROM asked AS a
LEFT JOIN then_there AS t ON t.symbol = a.symbol
GROUP BY a.symbol
ORDER BY a.symbol
