-- A file that belongs to a run. $1 run, $2 name, $3 hash, $4 content, $5 now.
INSERT INTO artifacts (run_id, name, sha256, bytes, created_at) VALUES ($1, $2, $3, $4, make_timestamp($5))
