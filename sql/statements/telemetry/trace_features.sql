-- Writes the feature values of the deciding bar into the traces of a run's model. $1 run, $2 feature table, $3 interval.
-- One pass over each table: the traces find their bars by when these were complete, the bars their features.
UPDATE prediction_traces AS t
SET features = found.features
FROM (
    SELECT w.trace_id, json_merge_patch(to_json(f), '{"symbol": null, "interval": null, "ts": null}') AS features
    FROM prediction_traces AS w
    JOIN bars AS b ON b.symbol = w.symbol AND b.close_ts = w.ts AND b.interval = $3
    JOIN query_table($2) AS f ON f.symbol = b.symbol AND f.interval = b.interval AND f.ts = b.ts
    WHERE w.run_id = $1 AND w.model_id IS NOT NULL
) AS found
WHERE t.run_id = $1 AND t.trace_id = found.trace_id
