-- Enters a look at the test period into its ledger, once an experiment. $1 experiment, $2 when, in microseconds.
INSERT INTO test_looks
SELECT e.experiment_id, make_timestamp($2), coalesce(r.symbols, []), e.test_from, e.test_to
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE e.experiment_id = $1 AND NOT EXISTS (FROM test_looks AS l WHERE l.experiment_id = e.experiment_id)
