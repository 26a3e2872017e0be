-- The run that looked at the test period with the winner's configuration.
SELECT r.strategy, r.interval, array_to_string(r.symbols, chr(10)), r.model_id, r.status
FROM runs AS r
WHERE r.run_id = $1
