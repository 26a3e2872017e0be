-- What was tried on some data: trials of an overlapping development period, and backtests and cells of campaigns on at least half
-- of its days, all on any of the same symbols, whatever the length of the bars. $1 symbols joined by line feeds, $2 first bar
-- start and $3 end in microseconds. Tries of one identity are one distinct try.
WITH asked AS (
    SELECT string_split($1, chr(10)) AS symbols, CAST(make_timestamp($2) AS DATE) AS from_day,
           CAST(make_timestamp($3) - INTERVAL 1 MICROSECOND AS DATE) AS to_day
)
SELECT
    count(*),
    count(DISTINCT t.identity),
    count(*) FILTER (t.kind = 'trial'),
    count(*) FILTER (t.kind = 'backtest'),
    count(*) FILTER (t.kind = 'campaign')
FROM tries AS t
CROSS JOIN asked AS a
WHERE list_has_any(t.symbols, a.symbols) AND t.from_day <= a.to_day AND t.to_day >= a.from_day
  AND (t.kind = 'trial'
       OR 2 * (date_diff('day', greatest(t.from_day, a.from_day), least(t.to_day, a.to_day)) + 1) >= date_diff('day', a.from_day, a.to_day) + 1)
