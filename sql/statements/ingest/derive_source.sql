-- What a series is made of before anything is derived from it. $1 symbol, $2 interval.
SELECT count(*), list_sort(list(DISTINCT adjustment)), coalesce(bool_or(starts_with(source, 'synthetic')), false),
       epoch_us(max(close_ts))
FROM bars
WHERE symbol = $1 AND interval = $2
