-- The place of a trial in its experiment. $1 run.
SELECT v.trial, v.rank, v.is_winner, v.is_feasible, v.score, v.violation, len(t.steps),
       (SELECT count(o.rank) FROM experiment_trials AS o WHERE o.experiment_id = v.experiment_id) AS n_ranked,
       v.n_kept
FROM experiment_trials AS v
JOIN trials AS t ON t.run_id = v.run_id
WHERE v.run_id = $1
