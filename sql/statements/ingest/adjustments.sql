-- How the bars of a series are adjusted, joined by commas when it is not one way only. $1 symbol, $2 interval.
SELECT string_agg(adjustment, ', ' ORDER BY adjustment)
FROM (SELECT DISTINCT adjustment FROM bars WHERE symbol = $1 AND interval = $2)
