-- The runs that a run follows from, nearest first. $1 run. A run that names itself, or a circle, ends after 50.
WITH RECURSIVE line AS (
    SELECT r.parent_run_id AS run_id, 1 AS distance FROM runs AS r WHERE r.run_id = $1
    UNION ALL
    SELECT r.parent_run_id, l.distance + 1
    FROM line AS l
    JOIN runs AS r ON r.run_id = l.run_id
    WHERE r.parent_run_id IS NOT NULL AND l.distance < 50
)
SELECT l.run_id, coalesce(r.kind, 'missing'), r.name, coalesce(r.status, 'missing'), epoch_us(r.started_at)
FROM line AS l
LEFT JOIN runs AS r ON r.run_id = l.run_id
WHERE l.run_id IS NOT NULL
ORDER BY l.distance
