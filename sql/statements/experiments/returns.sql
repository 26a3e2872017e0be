-- Daily returns of the finished trials of an experiment but repetitions, by trial and day.
SELECT t.trial, CAST(epoch(r.session_date) / 86400 AS INTEGER), r."return"
FROM trials AS t
JOIN run_returns AS r ON r.run_id = t.run_id
WHERE t.experiment_id = $1 AND t.state = 'finished' AND t.repeat_of IS NULL
ORDER BY t.trial, r.session_date
