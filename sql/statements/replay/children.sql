-- How many runs follow from a run, by kind and status; a campaign's cells are told apart from its children. $1 run.
SELECT kind, status, count(*)
FROM (
    SELECT kind, status FROM runs WHERE parent_run_id = $1
    UNION ALL
    SELECT 'cell', status FROM campaign_cells WHERE campaign_id = $1
)
GROUP BY kind, status
ORDER BY kind, status
