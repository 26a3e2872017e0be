-- Every cell of a campaign with the metrics of its backtest.
SELECT * FROM campaign_results WHERE campaign_id = $1 ORDER BY cell
