-- about: Every performance metric of a run, one row a run that has equity
-- grain: run_id
-- needs: daily_returns, run_currency
-- col run_id: Run
-- col kind: Kind of run
-- col name: Given name
-- col strategy: Strategy
-- col interval: Bar length
-- col currency: Currency of the amounts here; 'mixed' when there are several: amounts are NULL then; NULL when unknown
-- col first_date: First session
-- col last_date: Last session
-- metric: n_days
-- col start_equity: Starting capital, in currency
-- metric: end_equity, total_return, cagr, cagr_low, cagr_high, volatility, volatility_low, volatility_high, sharpe
-- metric: sharpe_low, sharpe_high, sortino, sortino_low, sortino_high, calmar, calmar_low, calmar_high, max_drawdown
-- metric: exposure, n_trades, win_rate, profit_factor, avg_win, avg_loss, expectancy, avg_holding_minutes, turnover
-- metric: cost_drag, benchmark_return, excess_return, beta, information_ratio, information_ratio_low
-- metric: information_ratio_high, benchmark_cagr, benchmark_volatility, benchmark_sharpe, benchmark_sortino
-- metric: benchmark_max_drawdown, benchmark_calmar
-- col risk_free_rate: Yearly risk-free rate rf used, a fraction
-- col periods_per_year: Sessions a year P used
-- col annualised_warning: What to mind of the figures a year when there are fewer than 60 sessions; NULL otherwise
-- What is stored must come out the same on any number of threads, and sums of doubles depend on the order in which threads
-- add them. So daily figures come from lists in order of time, and amounts, of which there may be millions, are added as
-- whole numbers of 2^-50 (8.9e-16): whole numbers add up to the same in any order. An amount of 1e15 or more is out of
-- their reach and leaves what rests on it NULL.
WITH
sessions AS (
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
        CASE WHEN count(mean_equity) = count(*) THEN list_sum(list(mean_equity * n_bars ORDER BY session_date)) / sum(n_bars) END AS mean_equity,
        any_value(capital)                                           AS capital,
        any_value(risk_free_rate)                                    AS risk_free_rate,
        any_value(periods_per_year)                                  AS periods_per_year,
        any_value(risk_free_return)                                  AS free,
        list("return" ORDER BY session_date) FILTER ("return" IS NOT NULL)                  AS returns,
        list(benchmark_return ORDER BY session_date) FILTER (benchmark_return IS NOT NULL)  AS benchmark_returns,
        list({'own': "return", 'benchmark': benchmark_return} ORDER BY session_date)
            FILTER ("return" IS NOT NULL AND benchmark_return IS NOT NULL)                  AS pairs
    FROM daily_returns
    GROUP BY run_id
),
means AS (
    SELECT
        *,
        list_avg(returns)                                            AS mean_return,
        list_avg(returns) - free                                     AS mean_excess,
        list_stddev_samp(returns)                                    AS deviation,
        list_avg(benchmark_returns) - free                           AS benchmark_mean_excess,
        list_stddev_samp(benchmark_returns)                          AS benchmark_deviation,
        [pair.own - pair.benchmark FOR pair IN pairs]                AS active,
        list_stddev_samp([pair.own - pair.benchmark FOR pair IN pairs]) AS active_deviation,
        list_avg([pair.own FOR pair IN pairs])                       AS paired_mean,
        list_avg([pair.benchmark FOR pair IN pairs])                 AS paired_benchmark,
        list_avg([power(least(r - free, 0), 2) FOR r IN returns])    AS shortfall,
        sqrt(list_avg([power(least(b - free, 0), 2) FOR b IN benchmark_returns])) AS benchmark_downside,
        date_diff('day', first_date, last_date) / 365.25             AS years,
        end_equity / nullif(capital, 0)                              AS growth,
        end_benchmark / nullif(capital, 0)                           AS benchmark_growth
    FROM sessions
),
-- Central moments of daily returns. A deviation below 1e-12 a day is rounding: no variance, so no ratio.
moments AS (
    SELECT
        *,
        sqrt(periods_per_year)                                       AS root_p,
        CASE WHEN deviation > 1e-12 THEN deviation END               AS spread,
        CASE WHEN shortfall > 1e-24 THEN sqrt(shortfall) END         AS downside,
        CASE WHEN benchmark_deviation > 1e-12 THEN benchmark_deviation END AS benchmark_spread,
        CASE WHEN benchmark_downside > 1e-12 THEN benchmark_downside END   AS benchmark_downside_spread,
        paired_mean - paired_benchmark                               AS mean_active,
        CASE WHEN active_deviation > 1e-12 THEN active_deviation END AS active_spread,
        list_avg([power(r - mean_return, 3) FOR r IN returns])       AS m3,
        list_avg([power(r - mean_return, 4) FOR r IN returns])       AS m4,
        list_avg([power(a - (paired_mean - paired_benchmark), 3) FOR a IN active]) AS active_m3,
        list_avg([power(a - (paired_mean - paired_benchmark), 4) FOR a IN active]) AS active_m4,
        list_avg([(r - mean_return) * power(least(r - free, 0), 2) FOR r IN returns])    AS with_shortfall,
        list_avg([power(least(r - free, 0), 4) FOR r IN returns]) - power(shortfall, 2)  AS shortfall_variance,
        list_sum([(pair.own - paired_mean) * (pair.benchmark - paired_benchmark) FOR pair IN pairs])
            / nullif(list_sum([power(pair.benchmark - paired_benchmark, 2) FOR pair IN pairs]), 0) AS slope,
        -- At -1 and below there is no logarithm.
        CASE WHEN list_min(returns) > -1 AND growth > 0 THEN
            1.959963984540054 * list_stddev_samp([ln(1 + r) FOR r IN returns]) * sqrt(n_days) / nullif(years, 0)
        END                                                          AS log_reach,
        1.959963984540054 * root_p / sqrt(greatest(n_days - 1, 0))   AS reach,
        mean_excess / spread                                         AS q,
        m3 / power(spread, 3) * power(n_days / (n_days - 1), 1.5)    AS g3,
        m4 / power(spread, 4) * power(n_days / (n_days - 1), 2)      AS g4,
        mean_active / active_spread                                  AS active_q,
        active_m3 / power(active_spread, 3) * power(len(active) / (len(active) - 1), 1.5) AS active_g3,
        active_m4 / power(active_spread, 4) * power(len(active) / (len(active) - 1), 2)   AS active_g4,
        ln(greatest(growth, 1e-300)) / nullif(years, 0)              AS log_growth
    FROM means
),
-- Intervals: estimate -+ 1.959964 standard errors, which the delta method gives for independent days of any distribution.
-- A day's Sharpe ratio q with skewness g3 and kurtosis g4: variance (1 - g3 q + (g4 - 1) / 4 q^2) / (n - 1), Mertens (2002),
-- of which Lo's (2002) is the normal case. Volatility: its logarithm has the variance (g4 - 1) / (4 (n - 1)). Sortino,
-- of mean m and shortfall d: (v / d^2 - m c / d^4 + m^2 w / (4 d^6)) / (n - 1), v and w the variances of the excess returns
-- and of the squared shortfalls, c their covariance. CAGR: the log returns of n days sum up with the deviation s sqrt(n).
-- Moments are divided by n, deviations by n - 1. greatest() holds what rounding left below 0; it passes over NULL, but what
-- is unknown makes the estimate unknown too.
reaching AS (
    SELECT
        *,
        reach * sqrt(greatest(1 - g3 * q + (g4 - 1) / 4 * q * q, 0)) AS sharpe_reach,
        reach / root_p * sqrt(greatest(g4 - 1, 0)) / 2               AS volatility_reach,
        CASE WHEN spread IS NOT NULL THEN
            reach * sqrt(greatest(power(spread, 2) * (n_days - 1) / n_days / shortfall - mean_excess * with_shortfall / power(shortfall, 2)
                + power(mean_excess, 2) * shortfall_variance / (4 * power(shortfall, 3)), 0))
        END                                                          AS sortino_reach,
        1.959963984540054 * root_p / sqrt(greatest(len(active) - 1, 0))
            * sqrt(greatest(1 - active_g3 * active_q + (active_g4 - 1) / 4 * active_q * active_q, 0)) AS active_reach,
        CASE WHEN log_growth + log_reach < 700 THEN exp(log_growth - log_reach) - 1 END AS yearly_low,
        CASE WHEN log_growth + log_reach < 700 THEN exp(log_growth + log_reach) - 1 END AS yearly_high
    FROM moments
),
closed AS (
    SELECT
        run_id,
        pnl,
        CASE WHEN abs(pnl) < 1e15 THEN CAST(pnl * 1125899906842624 AS HUGEINT) END                           AS whole_pnl,
        CASE WHEN abs(holding_minutes) < 1e15 THEN CAST(holding_minutes * 1125899906842624 AS HUGEINT) END   AS whole_minutes
    FROM trades
),
closed_trades AS (
    SELECT
        run_id,
        count(*)                                                     AS n_trades,
        count(*) FILTER (pnl > 0)                                    AS n_wins,
        count(*) FILTER (pnl < 0)                                    AS n_losses,
        CASE WHEN count(whole_pnl) = count(pnl) THEN sum(whole_pnl) FILTER (pnl > 0) / 1125899906842624 END AS gross_profit,
        CASE WHEN count(whole_pnl) = count(pnl) THEN sum(whole_pnl) FILTER (pnl < 0) / 1125899906842624 END AS gross_loss,
        CASE WHEN count(whole_pnl) = count(pnl) THEN sum(whole_pnl) / 1125899906842624 / count(pnl) END      AS expectancy,
        sum(whole_minutes) / 1125899906842624 / count(whole_minutes) AS avg_holding_minutes
    FROM closed
    GROUP BY run_id
),
filled AS (
    SELECT
        run_id,
        CASE WHEN abs(size * price) < 1e15 THEN CAST(size * price * 1125899906842624 AS HUGEINT) END         AS whole_value,
        CASE WHEN abs(commission + slippage) < 1e15 THEN CAST((commission + slippage) * 1125899906842624 AS HUGEINT) END AS whole_costs
    FROM fills
),
executions AS (
    SELECT
        run_id,
        CASE WHEN count(whole_value) = count(*) THEN sum(whole_value) / 1125899906842624 END                 AS traded_value,
        CASE WHEN count(whole_costs) = count(*) THEN sum(whole_costs) / 1125899906842624 END                 AS costs
    FROM filled
    GROUP BY run_id
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
    CASE WHEN m.currency IS DISTINCT FROM 'mixed' THEN c.capital END AS start_equity,
    CASE WHEN m.currency IS DISTINCT FROM 'mixed' THEN c.end_equity END AS end_equity,
    c.growth - 1                                                     AS total_return,
    CASE WHEN c.years > 0 AND isfinite(power(c.growth, 1 / c.years)) THEN power(c.growth, 1 / c.years) - 1 END AS cagr,
    c.yearly_low                                                     AS cagr_low,
    c.yearly_high                                                    AS cagr_high,
    c.deviation * c.root_p                                           AS volatility,
    c.spread * c.root_p * exp(-c.volatility_reach)                   AS volatility_low,
    c.spread * c.root_p * exp(c.volatility_reach)                    AS volatility_high,
    c.root_p * c.q                                                   AS sharpe,
    c.root_p * c.q - c.sharpe_reach                                   AS sharpe_low,
    c.root_p * c.q + c.sharpe_reach                                   AS sharpe_high,
    c.root_p * c.mean_excess / c.downside                            AS sortino,
    c.root_p * c.mean_excess / c.downside - c.sortino_reach          AS sortino_low,
    c.root_p * c.mean_excess / c.downside + c.sortino_reach          AS sortino_high,
    cagr / nullif(abs(c.max_drawdown), 0)                            AS calmar,
    c.yearly_low / nullif(abs(c.max_drawdown), 0)                    AS calmar_low,
    c.yearly_high / nullif(abs(c.max_drawdown), 0)                   AS calmar_high,
    c.max_drawdown,
    c.exposure,
    coalesce(t.n_trades, 0)                                          AS n_trades,
    t.n_wins / t.n_trades                                            AS win_rate,
    CASE WHEN t.n_losses > 0 THEN CASE WHEN t.n_wins > 0 THEN t.gross_profit ELSE 0 END / abs(t.gross_loss) END AS profit_factor,
    CASE WHEN m.currency IS DISTINCT FROM 'mixed' THEN t.gross_profit / t.n_wins END AS avg_win,
    CASE WHEN m.currency IS DISTINCT FROM 'mixed' THEN t.gross_loss / t.n_losses END AS avg_loss,
    CASE WHEN m.currency IS DISTINCT FROM 'mixed' THEN t.expectancy END AS expectancy,
    t.avg_holding_minutes,
    CASE WHEN x.run_id IS NULL THEN 0 ELSE x.traded_value END / nullif(c.mean_equity, 0) AS turnover,
    CASE WHEN x.run_id IS NULL THEN 0 ELSE x.costs END / nullif(c.capital, 0)            AS cost_drag,
    c.benchmark_growth - 1                                           AS benchmark_return,
    c.growth - c.benchmark_growth                                    AS excess_return,
    CASE WHEN c.benchmark_spread IS NOT NULL THEN c.slope END        AS beta,
    c.root_p * c.active_q                                            AS information_ratio,
    c.root_p * c.active_q - c.active_reach                           AS information_ratio_low,
    c.root_p * c.active_q + c.active_reach                           AS information_ratio_high,
    CASE WHEN c.years > 0 AND isfinite(power(c.benchmark_growth, 1 / c.years)) THEN power(c.benchmark_growth, 1 / c.years) - 1 END AS benchmark_cagr,
    c.benchmark_deviation * c.root_p                                 AS benchmark_volatility,
    c.root_p * c.benchmark_mean_excess / c.benchmark_spread          AS benchmark_sharpe,
    c.root_p * c.benchmark_mean_excess / c.benchmark_downside_spread AS benchmark_sortino,
    c.benchmark_max_drawdown,
    benchmark_cagr / nullif(abs(c.benchmark_max_drawdown), 0)        AS benchmark_calmar,
    c.risk_free_rate,
    c.periods_per_year,
    CASE WHEN c.n_days < 60 THEN
        c.n_days || CASE WHEN c.n_days = 1 THEN ' session' ELSE ' sessions' END
            || ', fewer than 60: figures a year are little more than luck; mind their 95 % intervals'
    END                                                              AS annualised_warning
FROM reaching AS c
JOIN runs AS r ON r.run_id = c.run_id
LEFT JOIN run_currency AS m ON m.run_id = c.run_id
LEFT JOIN closed_trades AS t ON t.run_id = c.run_id
LEFT JOIN executions AS x ON x.run_id = c.run_id
