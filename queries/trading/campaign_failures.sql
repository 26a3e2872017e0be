-- about: Cells of a campaign that failed, and why; the newest campaign unless one is named
-- params: campaign VARCHAR = NULL
SELECT cell, subject, array_to_string(symbols, ', ') AS symbols, period, error
FROM campaign_cells
WHERE campaign_id = coalesce($campaign, (SELECT max_by(run_id, (started_at, run_id)) FROM runs WHERE kind = 'campaign'))
  AND status = 'failed'
ORDER BY cell
