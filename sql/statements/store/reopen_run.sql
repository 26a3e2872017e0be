-- Marks a run that had ended, or was stopped, as running again.
UPDATE runs SET status = 'running', ended_at = NULL, error = NULL WHERE run_id = $1
