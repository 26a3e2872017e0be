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
-- col currency: Currency of its account; NULL when unknown or mixed
-- col n_days: Sessions, flat ones included
-- col total_return: As run_performance had it when the backtest ended, a fraction; like all metrics here NULL unless finished
-- col cagr: Compound return a year, a fraction
-- col volatility: Yearly, a fraction
-- col sharpe: Yearly; NULL without variance
-- col sortino: Yearly; NULL without a shortfall
-- col calmar: cagr / |max_drawdown|; NULL without a drawdown
-- col max_drawdown: Deepest fall from a peak at any bar, a fraction <= 0
-- col exposure: Share of bar times with an open position, a fraction
-- col n_trades: Closed round trips
-- col win_rate: Share of trades with pnl > 0 after costs, a fraction; NULL without trades
-- col profit_factor: Gross profit / gross loss; NULL when nothing was lost
-- col turnover: Sum of |fill value| / mean equity, a multiple of the account
-- col cost_drag: (Commission + slippage) / starting capital, a fraction
-- col benchmark_return: Total return of buy-and-hold of the same symbols, a fraction
-- col excess_return: total_return - benchmark_return, a fraction
-- col benchmark_sharpe: sharpe of buy-and-hold; NULL without variance
-- col benchmark_max_drawdown: max_drawdown of buy-and-hold, a fraction <= 0
-- col beats_benchmark: Whether total_return is above benchmark_return; NULL unless both are known
-- The metrics that each backtest stored when it ended: a campaign among thousands of runs computes none of them again.
WITH
metrics AS (
    SELECT
        m.run_id,
        CAST(max(value) FILTER (key = 'n_days') AS BIGINT)               AS n_days,
        max(value) FILTER (key = 'total_return')                         AS total_return,
        max(value) FILTER (key = 'cagr')                                 AS cagr,
        max(value) FILTER (key = 'volatility')                           AS volatility,
        max(value) FILTER (key = 'sharpe')                               AS sharpe,
        max(value) FILTER (key = 'sortino')                              AS sortino,
        max(value) FILTER (key = 'calmar')                               AS calmar,
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
    m.volatility,
    m.sharpe,
    m.sortino,
    m.calmar,
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
    m.total_return > m.benchmark_return                              AS beats_benchmark
FROM campaign_cells AS c
LEFT JOIN metrics AS m ON m.run_id = c.run_id
LEFT JOIN run_currency AS u ON u.run_id = c.run_id
