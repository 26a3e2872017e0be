-- How much of the winner could be luck.
SELECT measure, CASE WHEN isfinite(value) THEN value END AS value, detail
FROM experiment_luck
WHERE experiment_id = $1
ORDER BY measure
