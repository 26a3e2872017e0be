-- about: Cells of a campaign with their metrics, the best first; the newest campaign unless one is named
-- params: campaign VARCHAR = NULL, subject VARCHAR = NULL, limit BIGINT = 50
SELECT
    cell, subject, symbols, period, status, total_return, benchmark_return, sharpe, sharpe_low, sharpe_high,
    max_drawdown, n_trades, n_days, run_id, error
FROM campaign_results
WHERE campaign_id = coalesce($campaign, (SELECT max_by(run_id, (started_at, run_id)) FROM runs WHERE kind = 'campaign'))
  AND ($subject IS NULL OR subject = $subject)
ORDER BY total_return DESC NULLS LAST, cell
LIMIT $limit
