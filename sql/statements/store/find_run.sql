-- Runs that a word names, by id, else by given name, else by the beginning of the id; the newest first, six at most.
SELECT run_id
FROM (
    SELECT run_id, started_at,
           CASE WHEN run_id = $1 THEN 0 WHEN name = $1 THEN 1 WHEN $1 <> '' AND starts_with(run_id, $1) THEN 2 END AS likeness
    FROM runs
)
WHERE likeness IS NOT NULL
QUALIFY likeness = min(likeness) OVER ()
ORDER BY started_at DESC, run_id DESC
LIMIT 6
