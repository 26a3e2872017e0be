UPDATE runs SET status = 'finished', ended_at = make_timestamp($1) WHERE run_id = $2
