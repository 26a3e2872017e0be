-- about: Every performance metric of a run, one row a run that has equity
-- grain: run_id
-- needs: daily_returns, run_currency, run_settings
-- col run_id: Run
-- col kind: Kind of run
-- col name: Given name
-- col strategy: Strategy
-- col interval: Bar length
-- col currency: Currency of the amounts here; NULL when unknown or mixed
-- col first_date: First session
-- col last_date: Last session
-- col n_days: Sessions, flat ones included
-- col start_equity: Starting capital, in currency
-- col end_equity: Equity at the last bar, in currency
-- col total_return: end_equity / start_equity - 1, a fraction
-- col cagr: Compound return a year over calendar days / 365.25, a fraction; NULL within one day
-- col volatility: Sample standard deviation of daily returns x sqrt(periods_per_year), a fraction a year
-- col sharpe: sqrt(P) x mean(r - rf/P) / sample standard deviation of daily returns; NULL without variance
-- col sortino: sqrt(P) x mean(r - rf/P) / sqrt(mean(min(r - rf/P, 0)^2)) over all days; NULL without a shortfall
-- col calmar: cagr / |max_drawdown|; NULL without a drawdown
-- col max_drawdown: Deepest fall from a peak at any bar, the starting capital being the first peak, a fraction <= 0
-- col exposure: Share of bar times with an open position, a fraction
-- col n_trades: Closed round trips
-- col win_rate: Share of trades with pnl > 0 after costs, a fraction; NULL without trades
-- col profit_factor: Gross profit / gross loss; NULL when nothing was lost
-- col avg_win: Mean pnl of winning trades, in currency; NULL when none won
-- col avg_loss: Mean pnl of losing trades, in currency <= 0; NULL when none lost
-- col expectancy: Mean pnl of a trade, in currency; NULL without trades
-- col avg_holding_minutes: Mean clock time from entry to exit, in minutes; NULL without trades
-- col turnover: Sum of |fill value| / mean equity, a multiple of the account over the whole run
-- col cost_drag: (Commission + slippage) / starting capital, a fraction over the whole run
-- col benchmark_return: Total return of buy-and-hold of the same symbols, a fraction
-- col excess_return: total_return - benchmark_return, a fraction
-- col beta: Covariance of daily returns with the benchmark's / the benchmark's variance; NULL without variance
-- col information_ratio: sqrt(P) x mean(r - b) / sample standard deviation of r - b, b the benchmark's; NULL without variance
-- col benchmark_cagr: cagr of the benchmark, a fraction; NULL within one day
-- col benchmark_volatility: volatility of the benchmark, a fraction a year
-- col benchmark_sharpe: sharpe of the benchmark; NULL without variance
-- col benchmark_sortino: sortino of the benchmark; NULL without a shortfall
-- col benchmark_max_drawdown: max_drawdown of the benchmark, a fraction <= 0
-- col benchmark_calmar: calmar of the benchmark; NULL without a drawdown
-- col risk_free_rate: Yearly risk-free rate rf used, a fraction
-- col periods_per_year: Sessions a year P used
WITH
days AS (
    SELECT
        *,
        "return" - risk_free_return           AS excess,
        benchmark_return - risk_free_return   AS benchmark_excess,
        "return" - benchmark_return           AS active
    FROM daily_returns
),
-- least() passes over NULL, so unknown days are left out by hand.
account AS (
    SELECT
        run_id,
        min(session_date)                                            AS first_date,
        max(session_date)                                            AS last_date,
        count("return")                                              AS n_days,
        arg_max(equity, session_date)                                AS end_equity,
        arg_max(benchmark, session_date)                             AS end_benchmark,
        min(drawdown)                                                AS max_drawdown,
        min(benchmark_drawdown)                                      AS benchmark_max_drawdown,
        sum(n_bars_exposed) / sum(n_bars)                            AS exposure,
        sum(mean_equity * n_bars) / sum(n_bars)                      AS mean_equity,
        avg(excess)                                                  AS mean_excess,
        stddev_samp("return")                                        AS deviation,
        sqrt(avg(power(least(excess, 0), 2)) FILTER (excess IS NOT NULL)) AS downside,
        avg(benchmark_excess)                                        AS benchmark_mean_excess,
        stddev_samp(benchmark_return)                                AS benchmark_deviation,
        sqrt(avg(power(least(benchmark_excess, 0), 2)) FILTER (benchmark_excess IS NOT NULL)) AS benchmark_downside,
        regr_slope("return", benchmark_return)                       AS slope,
        avg(active)                                                  AS mean_active,
        stddev_samp(active)                                          AS active_deviation
    FROM days
    GROUP BY run_id
),
closed_trades AS (
    SELECT
        run_id,
        count(*)                                                     AS n_trades,
        count(*) FILTER (pnl > 0)                                    AS n_wins,
        sum(pnl) FILTER (pnl > 0)                                    AS gross_profit,
        sum(pnl) FILTER (pnl < 0)                                    AS gross_loss,
        avg(pnl) FILTER (pnl > 0)                                    AS avg_win,
        avg(pnl) FILTER (pnl < 0)                                    AS avg_loss,
        avg(pnl)                                                     AS expectancy,
        avg(holding_minutes)                                         AS avg_holding_minutes
    FROM trades
    GROUP BY run_id
),
executions AS (
    SELECT run_id, sum(size * price) AS traded_value, sum(commission + slippage) AS costs
    FROM fills
    GROUP BY run_id
),
scaled AS (
    SELECT
        a.*,
        s.* EXCLUDE (run_id),
        sqrt(s.periods_per_year)                                     AS root_p,
        date_diff('day', a.first_date, a.last_date) / 365.25         AS years,
        a.end_equity / nullif(s.capital, 0)                          AS growth,
        a.end_benchmark / nullif(s.capital, 0)                       AS benchmark_growth
    FROM account AS a
    JOIN run_settings AS s ON s.run_id = a.run_id
),
-- A deviation below 1e-12 a day is rounding: no variance, so no ratio. Yearly growth is not finite when the account
-- went below zero, or multiplied within days.
guarded AS (
    SELECT
        *,
        CASE WHEN deviation > 1e-12 THEN deviation END                         AS spread,
        CASE WHEN downside > 1e-12 THEN downside END                           AS downside_spread,
        CASE WHEN benchmark_deviation > 1e-12 THEN benchmark_deviation END     AS benchmark_spread,
        CASE WHEN benchmark_downside > 1e-12 THEN benchmark_downside END       AS benchmark_downside_spread,
        CASE WHEN active_deviation > 1e-12 THEN active_deviation END           AS active_spread,
        power(growth, 1 / nullif(years, 0)) - 1                                AS yearly,
        power(benchmark_growth, 1 / nullif(years, 0)) - 1                      AS benchmark_yearly
    FROM scaled
)
SELECT
    c.run_id,
    r.kind,
    r.name,
    r.strategy,
    r.interval,
    m.currency,
    c.first_date,
    c.last_date,
    c.n_days,
    c.capital                                                        AS start_equity,
    c.end_equity,
    c.growth - 1                                                     AS total_return,
    CASE WHEN isfinite(c.yearly) THEN c.yearly END                   AS cagr,
    c.deviation * c.root_p                                           AS volatility,
    c.root_p * c.mean_excess / c.spread                              AS sharpe,
    c.root_p * c.mean_excess / c.downside_spread                     AS sortino,
    cagr / nullif(abs(c.max_drawdown), 0)                            AS calmar,
    c.max_drawdown,
    c.exposure,
    coalesce(t.n_trades, 0)                                          AS n_trades,
    t.n_wins / t.n_trades                                            AS win_rate,
    coalesce(t.gross_profit, 0) / abs(t.gross_loss)                  AS profit_factor,
    t.avg_win,
    t.avg_loss,
    t.expectancy,
    t.avg_holding_minutes,
    coalesce(x.traded_value, 0) / nullif(c.mean_equity, 0)           AS turnover,
    coalesce(x.costs, 0) / nullif(c.capital, 0)                      AS cost_drag,
    c.benchmark_growth - 1                                           AS benchmark_return,
    c.growth - c.benchmark_growth                                    AS excess_return,
    CASE WHEN c.benchmark_spread IS NOT NULL THEN c.slope END        AS beta,
    c.root_p * c.mean_active / c.active_spread                       AS information_ratio,
    CASE WHEN isfinite(c.benchmark_yearly) THEN c.benchmark_yearly END AS benchmark_cagr,
    c.benchmark_deviation * c.root_p                                 AS benchmark_volatility,
    c.root_p * c.benchmark_mean_excess / c.benchmark_spread          AS benchmark_sharpe,
    c.root_p * c.benchmark_mean_excess / c.benchmark_downside_spread AS benchmark_sortino,
    c.benchmark_max_drawdown,
    benchmark_cagr / nullif(abs(c.benchmark_max_drawdown), 0)        AS benchmark_calmar,
    c.risk_free_rate,
    c.periods_per_year
FROM guarded AS c
JOIN runs AS r ON r.run_id = c.run_id
LEFT JOIN run_currency AS m ON m.run_id = c.run_id
LEFT JOIN closed_trades AS t ON t.run_id = c.run_id
LEFT JOIN executions AS x ON x.run_id = c.run_id
