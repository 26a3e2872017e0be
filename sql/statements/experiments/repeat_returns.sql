-- What trials that repeat earlier ones have in run_returns: the same.
INSERT INTO run_returns
SELECT s.* REPLACE (p.run_id AS run_id)
FROM (FROM arrow($1) UNION ALL FROM arrow($2)) AS p
JOIN run_returns AS s ON s.run_id = p.source_run_id
ORDER BY p.trial
