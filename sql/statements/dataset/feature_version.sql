-- Whether a feature table exists, and the hash of the set version that its comment says it holds. $1 table, $2 set.
SELECT (SELECT count(*) FROM duckdb_tables() WHERE table_name = $1 AND NOT internal) AS tables,
       (SELECT max(s.version)
        FROM feature_sets AS s
        JOIN duckdb_tables() AS t ON t.table_name = $1 AND NOT t.internal AND contains(t.comment, s.version)
        WHERE s.name = $2) AS version
