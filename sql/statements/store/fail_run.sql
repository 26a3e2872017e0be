UPDATE runs SET status = 'failed', ended_at = make_timestamp($1), error = $2 WHERE run_id = $3
