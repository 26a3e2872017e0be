-- Names of the newest experiments, each once.
SELECT e.name
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
GROUP BY e.name
ORDER BY max(r.started_at) DESC
LIMIT $1
