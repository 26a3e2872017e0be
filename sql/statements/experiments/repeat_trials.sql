-- Trials that repeat earlier ones, which took no time. $3 their experiment.
INSERT INTO trials BY NAME
SELECT s.* REPLACE (p.trial AS trial, p.run_id AS run_id, 0 AS n_kept, 0 AS seconds, p.repeat_of AS repeat_of)
FROM (FROM arrow($1) UNION ALL FROM arrow($2)) AS p
JOIN trials AS s ON s.experiment_id = $3 AND s.trial = p.repeat_of
ORDER BY p.trial
