-- A new simulation replaces the earlier one, and what was resampled from it at this interval.
DELETE FROM bars WHERE symbol = $1 AND interval = $2 AND source LIKE '%synthetic%'
