-- The files of a run. $1 run.
SELECT name, sha256, octet_length(bytes) FROM artifacts WHERE run_id = $1 ORDER BY name
