-- The experiment that a word names: by id, else the newest of that name, else the newest whose id begins so.
SELECT e.experiment_id, e.name, e.spec, r.status, epoch_us(e.tested_at), coalesce(r.data_fingerprint, ''), e.winner_trial
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE e.experiment_id = $1 OR e.name = $1 OR (length($1) > length('experiment-2') AND starts_with(e.experiment_id, $1))
ORDER BY e.experiment_id = $1 DESC, e.name = $1 DESC, r.started_at DESC, e.experiment_id DESC
LIMIT 1
