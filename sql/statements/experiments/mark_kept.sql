-- How many rows of a trial's account are kept.
UPDATE trials
SET n_kept = (SELECT count(*) FROM equity WHERE run_id = $1) + (SELECT count(*) FROM trades WHERE run_id = $1)
           + (SELECT count(*) FROM predictions WHERE run_id = $1)
WHERE run_id = $1
