-- about: Backtests, and finished trials of experiments on validation but repetitions, each kind ranked by Sharpe ratio, from the metrics stored when they ended
-- grain: run_id
-- col rank: Place among the runs of its kind by sharpe, then total_return, from 1
-- col run_id: Run
-- col name: Given name
-- col strategy: Strategy
-- col model_id: Model used; NULL for a strategy without one
-- col interval: Bar length
-- col n_symbols: Instruments traded
-- col status: running, finished or failed
-- col started_at: UTC start
-- col sharpe: As in run_performance
-- col sortino: As in run_performance
-- col calmar: As in run_performance
-- col total_return: A fraction
-- col cagr: A fraction a year
-- col max_drawdown: A fraction <= 0
-- col benchmark_return: Total return of buy-and-hold, a fraction
-- col excess_return: total_return - benchmark_return, a fraction
-- col exposure: Share of bar times with an open position, a fraction
-- col n_trades: Closed round trips
-- col win_rate: A fraction
-- col profit_factor: Gross profit / gross loss
-- col cost_drag: Costs / starting capital, a fraction
-- col n_days: Sessions
-- col marks: What to mind: IN-SAMPLE, UNAUDITED; NULL when there is nothing
-- col kind: backtest, or trial: a trial's metrics are on validation, where the best was chosen
-- col experiment: Experiment of a trial; NULL for a backtest
-- col trial: Number of a trial, 0 the baseline; NULL for a backtest
-- col objective: First objective of the experiment; NULL for a backtest
-- col score: What the trial came to by it; NULL for a backtest
-- col sharpe_low: Lower end of the 95 % interval of sharpe
-- col sharpe_high: Upper end of it
-- col annualised_warning: What to mind of the figures a year when there are fewer than 60 sessions; NULL otherwise
-- A filter on the kind reaches the scan of runs, so that backtests are found quickly beside any number of trials.
WITH
marks AS (
    SELECT
        run_id,
        string_agg(CASE key WHEN 'in_sample' THEN 'IN-SAMPLE' ELSE 'UNAUDITED' END, ', ' ORDER BY key DESC) AS marks
    FROM run_params
    WHERE (key = 'in_sample' AND value = 'true') OR (key = 'audit' AND value = 'none')
    GROUP BY run_id
),
metrics AS (
    SELECT
        r.run_id,
        r.kind,
        max(value) FILTER (key = 'sharpe')             AS sharpe,
        max(value) FILTER (key = 'sharpe_low')         AS sharpe_low,
        max(value) FILTER (key = 'sharpe_high')        AS sharpe_high,
        max(value) FILTER (key = 'sortino')            AS sortino,
        max(value) FILTER (key = 'calmar')             AS calmar,
        max(value) FILTER (key = 'total_return')       AS total_return,
        max(value) FILTER (key = 'cagr')               AS cagr,
        max(value) FILTER (key = 'max_drawdown')       AS max_drawdown,
        max(value) FILTER (key = 'benchmark_return')   AS benchmark_return,
        max(value) FILTER (key = 'exposure')           AS exposure,
        max(value) FILTER (key = 'n_trades')           AS n_trades,
        max(value) FILTER (key = 'win_rate')           AS win_rate,
        max(value) FILTER (key = 'profit_factor')      AS profit_factor,
        max(value) FILTER (key = 'cost_drag')          AS cost_drag,
        max(value) FILTER (key = 'n_days')             AS n_days
    FROM runs AS r
    JOIN run_metrics AS m ON m.run_id = r.run_id
    WHERE m.step = 0
      AND (r.kind <> 'trial' AND m.split = 'backtest' OR r.kind = 'trial' AND r.status = 'finished' AND m.split = 'valid')
    GROUP BY r.run_id, r.kind
)
SELECT
    row_number() OVER (PARTITION BY m.kind ORDER BY m.sharpe DESC NULLS LAST, m.total_return DESC NULLS LAST, r.run_id) AS rank,
    r.run_id,
    r.name,
    r.strategy,
    r.model_id,
    r.interval,
    len(r.symbols)                       AS n_symbols,
    r.status,
    r.started_at,
    m.sharpe,
    m.sortino,
    m.calmar,
    m.total_return,
    m.cagr,
    m.max_drawdown,
    m.benchmark_return,
    m.total_return - m.benchmark_return  AS excess_return,
    m.exposure,
    CAST(m.n_trades AS BIGINT)           AS n_trades,
    m.win_rate,
    m.profit_factor,
    m.cost_drag,
    CAST(m.n_days AS BIGINT)             AS n_days,
    marks.marks,
    m.kind,
    t.experiment_id                      AS experiment,
    t.trial,
    e.objectives[1]                      AS objective,
    CASE WHEN isfinite(t.scores[1]) THEN t.scores[1] END AS score,
    m.sharpe_low,
    m.sharpe_high,
    CASE WHEN m.n_days < 60 THEN CAST(m.n_days AS BIGINT) || ' sessions, fewer than 60: mind the 95 % intervals' END AS annualised_warning
FROM runs AS r
JOIN metrics AS m ON m.run_id = r.run_id
LEFT JOIN marks ON marks.run_id = r.run_id
LEFT JOIN trials AS t ON t.run_id = r.run_id
LEFT JOIN experiments AS e ON e.experiment_id = t.experiment_id
WHERE t.repeat_of IS NULL
