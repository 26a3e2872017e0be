-- Experiments, the newest first.
SELECT e.name, e.experiment_id, r.status, e.scheme, e.sampler, e.winner_trial
FROM experiments AS e JOIN runs AS r ON r.run_id = e.experiment_id
ORDER BY r.started_at DESC
