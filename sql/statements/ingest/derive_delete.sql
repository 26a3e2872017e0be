-- Makes room for what was derived anew. $1 symbol, $2 interval.
DELETE FROM bars
WHERE symbol = $1 AND interval = $2 AND ts IN (SELECT ts FROM derived_changes WHERE is_stored)
