-- The best trials of an experiment.
SELECT trial, state, scores[1] AS score, params, violation, round(seconds, 3) AS seconds, n_kept
FROM trials WHERE experiment_id = $1 ORDER BY scores[1] DESC NULLS LAST, trial LIMIT 10
