-- about: What each subject of a campaign came to, by period; the newest campaign unless one is named
-- params: campaign VARCHAR = NULL
SELECT
    subject, period, n_cells, n_failed, mean_return, median_return, mean_sharpe, mean_sharpe_low, mean_sharpe_high, n_with_sharpe, median_sharpe, mean_benchmark_return,
    share_beating_benchmark, worst_drawdown, n_trades, mean_cost_drag, n_few_sessions, campaign_id
FROM campaign_summary
WHERE campaign_id = coalesce($campaign, (SELECT max_by(run_id, (started_at, run_id)) FROM runs WHERE kind = 'campaign'))
ORDER BY period <> 'all', period_from, period, subject
