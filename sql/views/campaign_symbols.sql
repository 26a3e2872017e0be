-- about: What each subject of a campaign came to on each symbol, over its periods
-- grain: campaign_id, subject, symbols
-- needs: campaign_results
-- col campaign_id: Run of kind campaign
-- col subject: What trades: a strategy, or a model as name@version
-- col symbols: Instruments on one account, joined by commas
-- col n_symbols: Instruments
-- col n_cells: Cells
-- col n_finished: Cells whose backtest finished; all metrics here are over these
-- col mean_return: Mean total return of a cell, a fraction
-- col mean_sharpe: Mean Sharpe ratio of the cells that have one
-- col n_with_sharpe: Cells that have a Sharpe ratio: without variance there is none
-- col mean_sharpe_low: Mean lower bound of the cells' 95 % intervals, as in campaign_summary
-- col mean_sharpe_high: Mean upper bound of the cells' 95 % intervals
-- col mean_benchmark_return: Mean total return of buy-and-hold of a cell, a fraction
-- col worst_drawdown: Deepest drawdown of a cell, a fraction <= 0
-- col n_trades: Closed round trips of all cells
-- col n_few_sessions: Finished cells of fewer than 60 sessions, whose figures a year say little
SELECT
    campaign_id,
    subject,
    symbols,
    max(n_symbols)                                                   AS n_symbols,
    count(*)                                                         AS n_cells,
    count(*) FILTER (status = 'finished')                            AS n_finished,
    avg(total_return ORDER BY total_return)                          AS mean_return,
    avg(sharpe ORDER BY sharpe)                                      AS mean_sharpe,
    count(sharpe)                                                    AS n_with_sharpe,
    avg(sharpe_low ORDER BY sharpe_low)                              AS mean_sharpe_low,
    avg(sharpe_high ORDER BY sharpe_high)                            AS mean_sharpe_high,
    avg(benchmark_return ORDER BY benchmark_return)                  AS mean_benchmark_return,
    min(max_drawdown)                                                AS worst_drawdown,
    CAST(coalesce(sum(n_trades), 0) AS BIGINT)                       AS n_trades,
    count(*) FILTER (status = 'finished' AND n_days < 60)            AS n_few_sessions
FROM campaign_results
GROUP BY campaign_id, subject, symbols
