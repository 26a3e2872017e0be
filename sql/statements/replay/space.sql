-- What an experiment searches: parameters with their domains. $1 experiment.
SELECT substr(key, 7), value FROM run_params WHERE run_id = $1 AND starts_with(key, 'space.') ORDER BY key
