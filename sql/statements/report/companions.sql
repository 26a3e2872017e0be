-- Runs that tell the rest of a model's story: its newest finished evaluation, then the training that made it.
WITH asked AS (
    SELECT run_id, model_id, parent_run_id
    FROM runs
    WHERE run_id = $1 AND model_id IS NOT NULL
),
evaluations AS (
    SELECT r.run_id
    FROM runs AS r
    JOIN asked AS a ON r.model_id = a.model_id
    WHERE r.kind = 'evaluate' AND r.status = 'finished'
    ORDER BY r.started_at DESC, r.run_id DESC
    LIMIT 1
),
trainings AS (
    SELECT r.run_id
    FROM runs AS r
    JOIN asked AS a ON r.model_id = a.model_id OR r.run_id = a.parent_run_id
    WHERE r.kind = 'train'
    ORDER BY r.model_id IS NOT DISTINCT FROM a.model_id DESC, r.started_at DESC, r.run_id DESC
    LIMIT 1
)
SELECT run_id FROM evaluations
UNION ALL
SELECT run_id FROM trainings
