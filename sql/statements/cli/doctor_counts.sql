-- How full the main tables are.
SELECT * FROM (
    SELECT 'bars' AS name, count(*) AS n FROM bars
    UNION ALL SELECT 'bars_rejected', count(*) FROM bars_rejected
    UNION ALL SELECT 'labels', count(*) FROM labels
    UNION ALL SELECT 'models', count(*) FROM models
    UNION ALL SELECT 'runs', count(*) FROM runs
)
