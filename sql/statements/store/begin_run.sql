-- Registers a run as running. Symbols come joined by line feeds.
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, seed, code_version, data_fingerprint,
                  feature_set_hash, data_as_of, model_id, strategy, interval, symbols)
SELECT $1, $2, $3, $4, $5, 'running', make_timestamp($6), $7, $8, $9, $10, make_timestamp($11), $12, $13, $14,
       CASE WHEN $15 = '' THEN [] ELSE string_split($15, chr(10)) END
