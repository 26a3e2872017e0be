-- A file of a run by name, with the hash it was stored with.
SELECT bytes, sha256 FROM artifacts WHERE run_id = $1 AND name = $2
