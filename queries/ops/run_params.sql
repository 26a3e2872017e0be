-- about: Every parameter of a run, defaults included
-- params: run VARCHAR
SELECT key, value
FROM run_params
WHERE run_id = $run
ORDER BY key
