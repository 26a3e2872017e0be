-- Closes the runs that a program left behind: only one process can write, so none of them runs any more. $1 now.
UPDATE runs
SET status = 'interrupted', ended_at = make_timestamp($1), error = 'the program ended before the run did'
WHERE status = 'running'
