-- Every measure of luck of an experiment with what a reader should know of it.
SELECT measure, CASE WHEN isfinite(value) THEN value END AS value, detail
FROM experiment_luck
WHERE experiment_id = $1
ORDER BY measure
