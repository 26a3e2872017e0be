-- about: Feature sets ever built, with the runs that used each version
SELECT
    f.name,
    f.version,
    len(f.columns)         AS n_features,
    f.created_at,
    count(r.run_id)        AS n_runs,
    max(r.started_at)      AS last_used_at
FROM feature_sets AS f
LEFT JOIN runs AS r ON r.feature_set_hash = f.version
GROUP BY f.name, f.version, f.columns, f.created_at
ORDER BY f.name, f.created_at DESC
