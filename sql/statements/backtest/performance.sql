-- The metrics kept of a finished run.
SELECT * FROM performance_of_finished WHERE run_id = $1
