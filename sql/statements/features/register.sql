-- Keeps each version of a feature set once, with the time of its first build. Columns come joined by line feeds.
INSERT INTO feature_sets (name, version, spec, columns, created_at)
SELECT $1, $2, $3, string_split($4, chr(10)), make_timestamp($5)
WHERE NOT EXISTS (SELECT 1 FROM feature_sets WHERE name = $1 AND version = $2)
