-- Feature sets that have a table, in the version the table was built with.
SELECT s.name, s.spec
FROM feature_sets s JOIN duckdb_tables() t ON t.table_name = 'features_' || s.name
WHERE t.schema_name = 'main' AND NOT t.internal AND NOT t.temporary AND ends_with(t.comment, 'version ' || s.version)
ORDER BY s.name
