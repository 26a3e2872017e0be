-- One experiment with its run, for reading outside the store; the times in UTC, the lists joined by commas.
WITH held AS (SELECT unnest(symbols) AS symbol, interval FROM runs WHERE run_id = $1)
SELECT
    e.experiment_id, e.name, e.subject, e.spec, e.spec_sha256, e.sampler, e.pruner, e.scheme, e.n_dimensions, e.max_trials,
    CAST(to_json(e.objectives) AS VARCHAR)  AS objectives,
    CAST(to_json(e.directions) AS VARCHAR)  AS directions,
    CAST(e.dev_from AS VARCHAR)             AS dev_from,
    CAST(e.test_from AS VARCHAR)            AS test_from,
    CAST(e.test_to AS VARCHAR)              AS test_to,
    CAST(e.tested_at AS VARCHAR)            AS tested_at,
    e.winner_trial, e.test_run_id, e.baseline_test_run_id, e.model_id,
    r.status, r.interval, array_to_string(r.symbols, ', ') AS symbols, len(r.symbols) AS n_symbols,
    (SELECT count(DISTINCT b.symbol) FROM bars AS b
     JOIN held AS h ON h.symbol = b.symbol AND h.interval = b.interval
     WHERE starts_with(b.source, 'synthetic')) AS n_synthetic
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE e.experiment_id = $1
