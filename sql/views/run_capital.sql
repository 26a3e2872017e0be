-- about: The capital that a run started with
-- grain: run_id
-- col run_id: Run
-- col capital: Starting capital, in currency; 100000 when the run stored none
SELECT r.run_id, coalesce(max(try_cast(p.value AS DOUBLE)), 100000) AS capital
FROM runs AS r
LEFT JOIN run_params AS p ON p.run_id = r.run_id AND p.key = 'capital'
GROUP BY r.run_id
