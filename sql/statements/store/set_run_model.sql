UPDATE runs SET model_id = $1 WHERE run_id = $2
