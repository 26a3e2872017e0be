-- The experiment of a trial, with what must be known to make the trial again. $1 run.
SELECT t.experiment_id, t.trial, e.spec, e.spec_sha256, t.n_kept > 0
FROM trials AS t
JOIN experiments AS e ON e.experiment_id = t.experiment_id
WHERE t.run_id = $1
