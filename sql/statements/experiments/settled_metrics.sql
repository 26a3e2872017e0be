-- What baseline and winner of an experiment came to on validation.
SELECT t.trial = 0, m.key, m.value
FROM experiments AS e
JOIN trials AS t ON t.experiment_id = e.experiment_id AND t.trial IN (0, e.winner_trial)
JOIN run_metrics AS m ON m.run_id = t.run_id AND m.split = 'valid' AND m.step = 0
WHERE e.experiment_id = $1 AND e.winner_trial IS NOT NULL
