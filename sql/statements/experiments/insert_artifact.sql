-- A file that belongs to a run.
INSERT INTO artifacts (run_id, name, sha256, bytes, created_at)
VALUES ($1, $2, $3, $4, make_timestamp($5))
