-- Trials that have ended; $3 is their experiment. Lists of numbers come as text.
INSERT INTO trials (experiment_id, trial, run_id, state, params, scores, violation, steps, n_kept, seconds, error)
SELECT $3, trial, run_id, state, params, CAST(scores AS DOUBLE[]), violation, CAST(steps AS DOUBLE[]), 0, seconds, error
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
ORDER BY trial
