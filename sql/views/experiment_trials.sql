-- about: Every trial of every experiment beside what it came to on validation, ranked by the first objective
-- grain: experiment_id, trial
-- col experiment_id: Run of kind experiment
-- col name: Name of the experiment
-- col trial: Number within the experiment, from 1; 0 is the baseline, which takes no part in the search
-- col run_id: Its run, of kind trial
-- col state: finished, pruned or failed
-- col repeat_of: Earlier trial of the same combination, whose results these are; it is not ranked and counts once with it; NULL: evaluated
-- col is_baseline: Whether it is the baseline, trial 0
-- col is_winner: Whether the experiment chose it
-- col is_feasible: Whether it finished and missed no constraint
-- col on_front: Whether no feasible trial is at least as good in every objective and better in one; with one objective: whether none is better
-- col rank: Place among the feasible trials by the first objective, from 1, the earlier trial first when equal; NULL for the baseline, repetitions and all others
-- col objective: First objective
-- col direction: maximise or minimise
-- col score: Value of the first objective; of a pruned trial as far as it came; NULL is unknown
-- col objectives: All objectives
-- col scores: Their values; NULL is unknown
-- col params: Searched parameters that were active, as a JSON object
-- col violation: Sum of how far constraints are missed; 0 is feasible
-- col total_return: On validation, a fraction; like all metrics here as the trial stored it, NULL when it stored none
-- col cagr: Compound return a year, a fraction
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
-- col composite: 0.4 clamp(sharpe / 3, 0..1) + 0.3 precision_long + 0.2 hit_ratio + 0.1 win_rate
-- col precision_long: Share of trades entered long whose price rose, a fraction
-- col hit_ratio: As in classification_report, a fraction
-- col roc_auc: Of the model on validation; NULL for a strategy
-- col log_loss: Of the model on validation, in nats; NULL for a strategy
-- col n_kept: Rows of trades, equity and predictions kept: 0 unless it is among the best or the baseline
-- col seconds: Time it took, in seconds
-- col error: Why it failed; NULL otherwise
-- Metrics are joined before they are gathered, so that a filter on the experiment keeps the other trials out.
WITH
metrics AS (
    SELECT
        t.experiment_id,
        t.trial,
        max(m.value) FILTER (m.key = 'total_return')                     AS total_return,
        max(m.value) FILTER (m.key = 'cagr')                             AS cagr,
        max(m.value) FILTER (m.key = 'sharpe')                           AS sharpe,
        max(m.value) FILTER (m.key = 'sortino')                          AS sortino,
        max(m.value) FILTER (m.key = 'calmar')                           AS calmar,
        max(m.value) FILTER (m.key = 'max_drawdown')                     AS max_drawdown,
        max(m.value) FILTER (m.key = 'exposure')                         AS exposure,
        CAST(max(m.value) FILTER (m.key = 'n_trades') AS BIGINT)         AS n_trades,
        max(m.value) FILTER (m.key = 'win_rate')                         AS win_rate,
        max(m.value) FILTER (m.key = 'profit_factor')                    AS profit_factor,
        max(m.value) FILTER (m.key = 'turnover')                         AS turnover,
        max(m.value) FILTER (m.key = 'cost_drag')                        AS cost_drag,
        max(m.value) FILTER (m.key = 'benchmark_return')                 AS benchmark_return,
        max(m.value) FILTER (m.key = 'composite')                        AS composite,
        max(m.value) FILTER (m.key = 'precision_long')                   AS precision_long,
        max(m.value) FILTER (m.key = 'hit_ratio')                        AS hit_ratio,
        max(m.value) FILTER (m.key = 'roc_auc')                          AS roc_auc,
        max(m.value) FILTER (m.key = 'log_loss')                         AS log_loss
    FROM trials AS t
    JOIN run_metrics AS m ON m.run_id = t.run_id AND m.split = 'valid' AND m.step = 0
    GROUP BY t.experiment_id, t.trial
),
-- Higher is better in every objective of "high"; only feasible trials of the search have them.
judged AS (
    SELECT
        t.experiment_id,
        t.trial,
        len(e.objectives)                                                AS n_objectives,
        [CASE WHEN isfinite(score) THEN score END FOR score IN t.scores] AS scores,
        t.state = 'finished' AND t.violation <= 0                        AS is_feasible,
        CASE
            WHEN t.trial > 0 AND t.state = 'finished' AND t.violation <= 0 AND t.repeat_of IS NULL THEN
                [CASE WHEN isfinite(score) THEN CASE e.directions[i] WHEN 'minimise' THEN -score ELSE score END END FOR score, i IN t.scores]
        END                                                              AS high
    FROM trials AS t
    JOIN experiments AS e ON e.experiment_id = t.experiment_id
),
-- With one or two objectives the best second one among the trials that are better in the first tells what is dominated.
placed AS (
    SELECT
        *,
        high[1] IS NOT NULL AND list_count(high) = n_objectives           AS is_ranked,
        max(second) OVER (PARTITION BY experiment_id ORDER BY high[1] DESC NULLS LAST RANGE UNBOUNDED PRECEDING EXCLUDE GROUP) AS best_second_above,
        max(second) OVER (PARTITION BY experiment_id, high[1])           AS best_second_beside
    FROM (SELECT *, CASE WHEN high[1] IS NULL THEN NULL WHEN n_objectives = 1 THEN 0 ELSE high[2] END AS second FROM judged)
),
dominated AS (
    SELECT DISTINCT a.experiment_id, a.trial
    FROM judged AS a
    JOIN judged AS b ON b.experiment_id = a.experiment_id
    WHERE a.n_objectives > 2 AND b.n_objectives > 2 AND a.high IS NOT NULL AND b.high IS NOT NULL AND a.trial <> b.trial
      AND list_bool_and([b.high[i] >= a.high[i] FOR i IN range(1, a.n_objectives + 1)])
      AND list_bool_or([b.high[i] > a.high[i] FOR i IN range(1, a.n_objectives + 1)])
)
SELECT
    t.experiment_id,
    e.name,
    t.trial,
    t.run_id,
    t.state,
    t.repeat_of,
    t.trial = 0                                                      AS is_baseline,
    coalesce(t.trial = e.winner_trial, false)                        AS is_winner,
    p.is_feasible,
    p.is_ranked AND CASE
        WHEN p.n_objectives > 2 THEN d.trial IS NULL AND list_count(p.high) = p.n_objectives
        ELSE p.second IS NOT NULL AND coalesce(p.best_second_above < p.second, true) AND p.best_second_beside <= p.second
    END                                                              AS on_front,
    CASE WHEN p.is_ranked THEN row_number() OVER (PARTITION BY t.experiment_id ORDER BY p.is_ranked DESC, p.high[1] DESC NULLS LAST, t.trial) END AS rank,
    e.objectives[1]                                                  AS objective,
    e.directions[1]                                                  AS direction,
    p.scores[1]                                                      AS score,
    e.objectives,
    p.scores,
    t.params,
    t.violation,
    m.* EXCLUDE (experiment_id, trial),
    t.n_kept,
    t.seconds,
    t.error
FROM trials AS t
JOIN experiments AS e ON e.experiment_id = t.experiment_id
JOIN placed AS p ON p.experiment_id = t.experiment_id AND p.trial = t.trial
LEFT JOIN metrics AS m ON m.experiment_id = t.experiment_id AND m.trial = t.trial
LEFT JOIN dominated AS d ON d.experiment_id = t.experiment_id AND d.trial = t.trial
