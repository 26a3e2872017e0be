-- What the metrics mean: the comments that the store keeps on a view's columns.
SELECT column_name, comment
FROM duckdb_columns()
WHERE table_name = $1 AND comment IS NOT NULL
ORDER BY column_index
