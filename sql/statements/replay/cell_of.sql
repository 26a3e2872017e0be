-- The campaign that a run is a cell of. $1 run.
SELECT campaign_id, cell FROM campaign_cells WHERE run_id = $1 LIMIT 1
