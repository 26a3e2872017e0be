-- about: Every cell of every campaign beside the metrics of its backtest
-- grain: campaign_id, cell
-- needs: run_currency
-- col campaign_id: Run of kind campaign
-- col cell: Number within the campaign, from 1
-- col subject: What trades: a strategy, or a model as name@version
-- col model_id: Model asked; NULL for a strategy without one
-- col symbols: Instruments on one account, joined by commas
-- col n_symbols: Instruments
-- col period: Name of the period
-- col period_from: UTC first bar start asked for
-- col period_to: UTC end of bar starts asked for, not included
-- col status: pending, finished or failed
-- col run_id: Its backtest; NULL unless finished
-- col error: Why it failed; NULL otherwise
-- col seconds: Time to read and simulate it, in seconds; NULL while pending
-- col currency: Currency of its account; 'mixed' when there are several; NULL when unknown
-- metric: n_days, total_return, cagr, cagr_low, cagr_high, volatility, volatility_low, volatility_high, sharpe, sharpe_low
-- metric: sharpe_high, sortino, sortino_low, sortino_high, calmar, calmar_low, calmar_high, max_drawdown, exposure
-- metric: n_trades, win_rate, profit_factor, turnover, cost_drag, benchmark_return, excess_return, benchmark_sharpe
-- metric: benchmark_max_drawdown
-- col beats_benchmark: Whether total_return is above benchmark_return; NULL unless both are known
-- col annualised_warning: What to mind of its figures a year when it has fewer than 60 sessions; NULL otherwise
-- All metrics are as run_performance had them when the backtest ended, NULL unless finished.
-- The metrics that each backtest stored when it ended: a campaign among thousands of runs computes none of them again.
WITH
metrics AS (
    SELECT
        m.run_id,
        CAST(max(value) FILTER (key = 'n_days') AS BIGINT)               AS n_days,
        max(value) FILTER (key = 'total_return')                         AS total_return,
        max(value) FILTER (key = 'cagr')                                 AS cagr,
        max(value) FILTER (key = 'cagr_low')                             AS cagr_low,
        max(value) FILTER (key = 'cagr_high')                            AS cagr_high,
        max(value) FILTER (key = 'volatility')                           AS volatility,
        max(value) FILTER (key = 'volatility_low')                       AS volatility_low,
        max(value) FILTER (key = 'volatility_high')                      AS volatility_high,
        max(value) FILTER (key = 'sharpe')                               AS sharpe,
        max(value) FILTER (key = 'sharpe_low')                           AS sharpe_low,
        max(value) FILTER (key = 'sharpe_high')                          AS sharpe_high,
        max(value) FILTER (key = 'sortino')                              AS sortino,
        max(value) FILTER (key = 'sortino_low')                          AS sortino_low,
        max(value) FILTER (key = 'sortino_high')                         AS sortino_high,
        max(value) FILTER (key = 'calmar')                               AS calmar,
        max(value) FILTER (key = 'calmar_low')                           AS calmar_low,
        max(value) FILTER (key = 'calmar_high')                          AS calmar_high,
        max(value) FILTER (key = 'max_drawdown')                         AS max_drawdown,
        max(value) FILTER (key = 'exposure')                             AS exposure,
        CAST(max(value) FILTER (key = 'n_trades') AS BIGINT)             AS n_trades,
        max(value) FILTER (key = 'win_rate')                             AS win_rate,
        max(value) FILTER (key = 'profit_factor')                        AS profit_factor,
        max(value) FILTER (key = 'turnover')                             AS turnover,
        max(value) FILTER (key = 'cost_drag')                            AS cost_drag,
        max(value) FILTER (key = 'benchmark_return')                     AS benchmark_return,
        max(value) FILTER (key = 'excess_return')                        AS excess_return,
        max(value) FILTER (key = 'benchmark_sharpe')                     AS benchmark_sharpe,
        max(value) FILTER (key = 'benchmark_max_drawdown')               AS benchmark_max_drawdown
    FROM run_metrics AS m
    WHERE m.split = 'backtest' AND m.step = 0
    GROUP BY m.run_id
)
SELECT
    c.campaign_id,
    c.cell,
    c.subject,
    c.model_id,
    array_to_string(c.symbols, ', ')                                 AS symbols,
    len(c.symbols)                                                   AS n_symbols,
    c.period,
    c.period_from,
    c.period_to,
    c.status,
    c.run_id,
    c.error,
    c.seconds,
    u.currency,
    m.n_days,
    m.total_return,
    m.cagr,
    m.cagr_low,
    m.cagr_high,
    m.volatility,
    m.volatility_low,
    m.volatility_high,
    m.sharpe,
    m.sharpe_low,
    m.sharpe_high,
    m.sortino,
    m.sortino_low,
    m.sortino_high,
    m.calmar,
    m.calmar_low,
    m.calmar_high,
    m.max_drawdown,
    m.exposure,
    m.n_trades,
    m.win_rate,
    m.profit_factor,
    m.turnover,
    m.cost_drag,
    m.benchmark_return,
    m.excess_return,
    m.benchmark_sharpe,
    m.benchmark_max_drawdown,
    m.total_return > m.benchmark_return                              AS beats_benchmark,
    CASE WHEN m.n_days < 60 THEN m.n_days || ' sessions, fewer than 60: mind the 95 % intervals' END AS annualised_warning
FROM campaign_cells AS c
LEFT JOIN metrics AS m ON m.run_id = c.run_id
LEFT JOIN run_currency AS u ON u.run_id = c.run_id
