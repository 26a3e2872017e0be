-- about: A run and every run it follows from, with code, data and features of each
-- params: run VARCHAR
WITH RECURSIVE
ancestors AS (
    SELECT r.*, 0 AS generation
    FROM runs AS r
    WHERE r.run_id = $run
    UNION ALL
    SELECT r.*, a.generation + 1
    FROM runs AS r
    JOIN ancestors AS a ON r.run_id = a.parent_run_id
    WHERE a.generation < 100
)
SELECT generation, run_id, kind, status, started_at, model_id, seed, code_version, data_fingerprint, feature_set_hash, data_as_of
FROM ancestors
ORDER BY generation
