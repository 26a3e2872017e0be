-- about: Every cell of every campaign beside the metrics of its backtest
-- grain: campaign_id, cell
-- needs: run_performance
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
-- col first_date: First session traded
-- col last_date: Last session traded
-- col n_days: Sessions, flat ones included
-- col total_return: As in run_performance, a fraction; like all metrics here NULL unless finished
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
    p.currency,
    p.first_date,
    p.last_date,
    p.n_days,
    p.total_return,
    p.cagr,
    p.volatility,
    p.sharpe,
    p.sortino,
    p.calmar,
    p.max_drawdown,
    p.exposure,
    p.n_trades,
    p.win_rate,
    p.profit_factor,
    p.turnover,
    p.cost_drag,
    p.benchmark_return,
    p.excess_return,
    p.benchmark_sharpe,
    p.benchmark_max_drawdown,
    p.total_return > p.benchmark_return                              AS beats_benchmark
FROM campaign_cells AS c
LEFT JOIN run_performance AS p ON p.run_id = c.run_id
