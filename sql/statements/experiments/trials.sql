-- The trials of an experiment by number; lists of numbers joined by line feeds, unknown ones empty.
SELECT t.trial, t.run_id, t.state, t.params,
       coalesce(array_to_string(list_transform(t.scores, lambda x: coalesce(CAST(x AS VARCHAR), 'nan')), chr(10)), ''),
       t.violation,
       coalesce(array_to_string(list_transform(t.steps, lambda x: coalesce(CAST(x AS VARCHAR), 'nan')), chr(10)), ''),
       coalesce(r.seed, 0), t.repeat_of, t.n_kept
FROM trials AS t
JOIN runs AS r ON r.run_id = t.run_id
WHERE t.experiment_id = $1
ORDER BY t.trial
