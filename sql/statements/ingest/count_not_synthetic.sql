-- Bars under a simulated name that were not simulated: they are never replaced.
SELECT count(*) FROM bars WHERE symbol = $1 AND interval = $2 AND source NOT LIKE '%synthetic%'
