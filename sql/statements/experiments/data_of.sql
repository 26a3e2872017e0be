-- The data that an experiment searches on: symbols joined by line feeds, interval, development period. $1 experiment.
SELECT array_to_string(r.symbols, chr(10)), r.interval, epoch_us(e.dev_from), epoch_us(e.test_from)
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE e.experiment_id = $1
