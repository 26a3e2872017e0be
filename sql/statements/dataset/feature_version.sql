-- Whether a feature table exists, and the hash of its set's newest build. $1 table, $2 set.
SELECT (SELECT count(*) FROM duckdb_tables() WHERE table_name = $1 AND NOT internal) AS tables,
       (SELECT max_by(version, created_at) FROM feature_sets WHERE name = $2) AS version
