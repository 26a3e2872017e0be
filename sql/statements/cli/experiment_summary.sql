-- One experiment.
SELECT * FROM experiment_summary WHERE experiment_id = $1
