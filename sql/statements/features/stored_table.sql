-- The comment and the columns, in order, of a stored features table; no row when there is none.
SELECT t.comment, (SELECT string_agg(c.column_name, ',' ORDER BY c.column_index) FROM duckdb_columns() c
                   WHERE c.table_oid = t.table_oid AND c.database_oid = t.database_oid)
FROM duckdb_tables() t
WHERE t.table_name = $1 AND t.schema_name = 'main' AND NOT t.internal AND NOT t.temporary
