-- Trials that have ended, as runs. The experiment's id and name, the program, and what all trials read come as $3 to $11;
-- lists of symbols come joined by line feeds.
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, ended_at, seed, code_version, data_fingerprint,
                  feature_set_hash, data_as_of, strategy, interval, symbols, error)
SELECT run_id, $3, 'trial', 'research', $4 || '/' || trial, state, started_at, ended_at, seed, $5, $6,
       nullif($7, ''), make_timestamp($8), $9, $10,
       CASE WHEN $11 = '' THEN [] ELSE string_split($11, chr(10)) END, error
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
ORDER BY trial
