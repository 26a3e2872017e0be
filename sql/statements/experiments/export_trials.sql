-- The trials of an experiment: ranked ones first, then what finished, was pruned, failed; the baseline, which was no
-- candidate, last. Lists of numbers come joined by line feeds.
SELECT
    v.rank, v.trial, v.run_id, v.state, v.is_winner, v.is_feasible, v.params,
    array_to_string(list_transform(v.scores, lambda x: coalesce(CAST(x AS VARCHAR), 'nan')), chr(10)) AS scores,
    array_to_string(list_transform(t.steps, lambda x: coalesce(CAST(x AS VARCHAR), 'nan')), chr(10)) AS steps,
    v.violation, v.n_kept, v.seconds, v.error
FROM experiment_trials AS v
JOIN trials AS t ON t.experiment_id = v.experiment_id AND t.trial = v.trial
WHERE v.experiment_id = $1 AND t.experiment_id = $1
ORDER BY v.is_baseline, v.rank NULLS LAST, list_position(['finished', 'pruned', 'failed'], v.state), v.violation, v.trial
