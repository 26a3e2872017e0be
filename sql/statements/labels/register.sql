-- Keeps the specification of a label set once, with the time of its first build. $1 name, $2 kind, $3 JSON, $4 now.
INSERT INTO label_sets (name, kind, spec, created_at)
SELECT $1, $2, $3, make_timestamp($4)
WHERE NOT EXISTS (SELECT 1 FROM label_sets WHERE name = $1)
