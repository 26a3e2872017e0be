-- about: Tables of the store by number of rows, with what they hold
SELECT table_name, estimated_size AS n_rows, column_count AS n_columns, comment AS about
FROM duckdb_tables()
WHERE NOT internal
ORDER BY estimated_size DESC, table_name
