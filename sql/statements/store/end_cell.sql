-- What became of a cell of a campaign: finished with its run, or failed with why.
UPDATE campaign_cells SET status = $3, run_id = $4, error = $5, seconds = $6 WHERE campaign_id = $1 AND cell = $2
