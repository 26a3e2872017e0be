-- about: What each subject of a campaign came to over its cells: in every period, and over all of them (period 'all')
-- grain: campaign_id, subject, period
-- needs: campaign_results
-- col campaign_id: Run of kind campaign
-- col subject: What trades: a strategy, or a model as name@version
-- col period: Name of the period; 'all' takes every cell of the subject
-- col period_from: UTC first bar start asked for, the earliest of the cells
-- col period_to: UTC end of bar starts asked for, the latest of the cells
-- col n_cells: Cells
-- col n_finished: Cells whose backtest finished; all metrics here are over these
-- col n_failed: Cells that failed
-- col mean_return: Mean total return of a cell, a fraction
-- col median_return: Median total return of a cell, a fraction
-- col p25_return: Total return that a quarter of the cells stay below, a fraction
-- col p75_return: Total return that a quarter of the cells exceed, a fraction
-- col worst_return: Lowest total return of a cell, a fraction
-- col best_return: Highest total return of a cell, a fraction
-- col share_positive: Share of the cells with a total return above 0, a fraction
-- col mean_sharpe: Mean Sharpe ratio of the cells that have one
-- col n_with_sharpe: Cells that have a Sharpe ratio: without variance there is none
-- col mean_sharpe_low: Mean lower bound of the cells' 95 % intervals: the mean lies above it at 95 % or more, however the cells go together
-- col mean_sharpe_high: Mean upper bound of the cells' 95 % intervals
-- col median_sharpe: Median Sharpe ratio of the cells that have one
-- col mean_benchmark_return: Mean total return of buy-and-hold of a cell, a fraction
-- col share_beating_benchmark: Share of the cells above buy-and-hold, a fraction
-- col worst_drawdown: Deepest drawdown of a cell, a fraction <= 0
-- col n_trades: Closed round trips of all cells
-- col mean_cost_drag: Mean (commission + slippage) / starting capital of a cell, a fraction
-- col n_few_sessions: Finished cells of fewer than 60 sessions, whose figures a year say little
-- Amounts are not summed: accounts may be in different currencies.
SELECT
    campaign_id,
    subject,
    CASE WHEN grouping(period) = 1 THEN 'all' ELSE period END        AS period,
    min(period_from)                                                 AS period_from,
    max(period_to)                                                   AS period_to,
    count(*)                                                         AS n_cells,
    count(*) FILTER (status = 'finished')                            AS n_finished,
    count(*) FILTER (status = 'failed')                              AS n_failed,
    avg(total_return ORDER BY total_return)                          AS mean_return,
    median(total_return)                                             AS median_return,
    quantile_cont(total_return, 0.25)                                AS p25_return,
    quantile_cont(total_return, 0.75)                                AS p75_return,
    min(total_return)                                                AS worst_return,
    max(total_return)                                                AS best_return,
    avg(CAST(total_return > 0 AS INTEGER))                           AS share_positive,
    avg(sharpe ORDER BY sharpe)                                      AS mean_sharpe,
    count(sharpe)                                                    AS n_with_sharpe,
    avg(sharpe_low ORDER BY sharpe_low)                              AS mean_sharpe_low,
    avg(sharpe_high ORDER BY sharpe_high)                            AS mean_sharpe_high,
    median(sharpe)                                                   AS median_sharpe,
    avg(benchmark_return ORDER BY benchmark_return)                  AS mean_benchmark_return,
    avg(CAST(beats_benchmark AS INTEGER))                            AS share_beating_benchmark,
    min(max_drawdown)                                                AS worst_drawdown,
    CAST(coalesce(sum(n_trades), 0) AS BIGINT)                       AS n_trades,
    avg(cost_drag ORDER BY cost_drag)                                AS mean_cost_drag,
    count(*) FILTER (status = 'finished' AND n_days < 60)            AS n_few_sessions
FROM campaign_results
GROUP BY GROUPING SETS ((campaign_id, subject, period), (campaign_id, subject))
