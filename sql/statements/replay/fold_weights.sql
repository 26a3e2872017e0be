-- The weights kept of the folds of a trial, hashed from their bytes. $1 run.
SELECT name, sha256(bytes) FROM artifacts WHERE run_id = $1 AND starts_with(name, 'fold-') ORDER BY name
