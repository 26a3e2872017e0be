-- Which parameters moved the first objective.
SELECT i.param, i.importance, i.deviation, i.share, i.forest_r2
FROM experiment_importance AS i
JOIN experiments AS e ON e.experiment_id = i.experiment_id
WHERE i.experiment_id = $1 AND i.objective = e.objectives[1]
ORDER BY i.importance DESC, i.param
