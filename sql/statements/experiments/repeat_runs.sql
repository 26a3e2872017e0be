-- Runs of trials that repeat earlier ones, as those ended. $3 the experiment's name.
INSERT INTO runs
SELECT s.* REPLACE (p.run_id AS run_id, $3 || '/' || p.trial AS name, p.at AS started_at, p.at AS ended_at, p.seed AS seed)
FROM (FROM arrow($1) UNION ALL FROM arrow($2)) AS p
JOIN runs AS s ON s.run_id = p.source_run_id
ORDER BY p.trial
