-- A run's metrics as every report reads them.
SELECT * FROM run_performance WHERE run_id = $1
