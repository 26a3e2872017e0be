-- about: One row an experiment: what was searched, what won, how it did on the untouched test, and whether it could be luck
-- grain: experiment_id
-- needs: experiment_verdict
-- col experiment_id: Run of kind experiment
-- col name: Name in the specification
-- col status: running, finished or failed
-- col started_at: UTC start
-- col ended_at: UTC end; NULL while running
-- col subject: strategy or model
-- col strategy: What trades
-- col symbols: Instruments, joined by commas
-- col n_symbols: Instruments
-- col interval: Bar length
-- col dev_from: UTC first bar start that trials may trade
-- col test_from: UTC first bar start of the test period
-- col test_to: UTC end of bar starts of the test period, not included
-- col scheme: holdout, walk_forward, kfold or cpcv
-- col sampler: grid, random or tpe
-- col pruner: none, median or successive_halving
-- col seed: Seed of the search
-- col n_dimensions: Searched parameters
-- col max_trials: Trials at most; NULL when only time ends it
-- col objectives: What trials are judged by, joined by commas
-- col directions: maximise or minimise, joined by commas
-- col n_trials: Trials of the search, repetitions included, the baseline not counted
-- col n_distinct: Of these, distinct: evaluated, not a repetition of an earlier combination
-- col n_finished: Of these, finished
-- col n_pruned: Stopped early
-- col n_failed: Failed
-- col n_infeasible: Finished and missed a constraint
-- col seconds: Time all trials took together, in seconds
-- col winner_trial: Trial that won; NULL without one
-- col winner_run_id: Its run
-- col best_score: Best value of the first objective among the feasible trials
-- col baseline_score: Value of the first objective of the baseline
-- col model_id: The winner fitted on all of the development period; NULL for a strategy
-- col test_run_id: Backtest of the winner on the test period; NULL: never looked at
-- col test_sharpe: Sharpe ratio of the winner on test, yearly
-- col test_return: Total return of the winner on test, a fraction
-- col test_max_drawdown: Deepest drawdown of the winner on test, a fraction <= 0
-- col baseline_test_run_id: Backtest of the baseline on the test period
-- col baseline_test_sharpe: Sharpe ratio of the baseline on test, yearly
-- col baseline_test_return: Total return of the baseline on test, a fraction
-- col baseline_test_max_drawdown: Deepest drawdown of the baseline on test, a fraction <= 0
-- col tested_at: UTC time at which the test period was looked at; NULL: never
-- col deflated_sharpe: Probability that the true Sharpe ratio is above expected_maximum_sharpe
-- col expected_maximum_sharpe: Sharpe ratio a day that the best of n_trials_counted worthless trials would show
-- col n_trials_counted: Counted for the deflation: distinct trials, backtests and campaign cells ever tried on these days, pruned ones included
-- col n_tries_counted: All tries among which these are the distinct ones
-- col n_trials_here: Distinct finished trials of this experiment, whose spread trial_sharpe_variance is
-- col trial_sharpe_variance: Variance of the trials' daily Sharpe ratios
-- col probabilistic_sharpe: Probability that the true Sharpe ratio is above 0, were there a single trial
-- col minimum_track_record: Days needed to tell the winner from the luckiest trial with 95 % confidence; NULL when it is not above it
-- col track_record: Days there are
-- col sharpe_daily: Sharpe ratio of the winner a day, on validation
-- col skewness: Of the winner's daily returns
-- col kurtosis: Excess kurtosis of the winner's daily returns
-- col pbo: Probability of backtest overfitting, a fraction; the worse of pbo_own and pbo_union
-- col pbo_own: Over the trials of this experiment alone
-- col pbo_union: Over these and the trials of earlier experiments on the same days; NULL without any
-- col pbo_combinations: Combinations behind pbo
-- col pbo_blocks: Blocks of days they are made of
-- col probability_of_loss: How often the choice of one half of the days lost in the other half, a fraction
-- col degradation_slope: Slope of out-of-sample on in-sample Sharpe ratio of the choice over the combinations
-- col degradation_intercept: Its value at 0
-- col reality_check_p: p-value of White's reality check against cash; the worse of reality_check_p_own and reality_check_p_union
-- col reality_check_p_own: Over the trials of this experiment alone
-- col reality_check_p_union: Over these and the trials of earlier experiments on the same days; NULL without any
-- col spa_p: p-value of Hansen's test against cash, consistent; the worse of spa_p_own and spa_p_union
-- col spa_p_own: Over the trials of this experiment alone
-- col spa_p_union: Over these and the trials of earlier experiments on the same days; NULL without any
-- col spa_lower_p: The same, lower bound
-- col spa_upper_p: The same, upper bound
-- col baseline_spa_p: p-value of Hansen's test against the baseline
-- col validation_sharpe: Sharpe ratio of the winner on validation, yearly
-- col sharpe_gap: Validation less test, yearly
-- col sharpe_gap_p: Probability of so wide a difference if nothing had changed
-- col walk_sharpe: Yearly Sharpe ratio of the choice itself out of sample (experiment_paths), the mean over paths
-- col test_looks: Experiments that have looked at an overlapping test period of these symbols, this one included
-- col test_backtests: Backtests and cells of campaigns on half of the days of the test period or more, before it was looked at
-- col verdict: Whether the winner could be luck, in the words of experiment_verdict
-- col failed_gate: The gravest gate that failed, as in experiment_verdict
-- col is_promotable: Whether every gate passed
-- col reason: What failed and what is unknown, in one line
WITH
luck AS (
    SELECT
        experiment_id,
        max(value) FILTER (measure = 'deflated_sharpe')                          AS deflated_sharpe,
        max(value) FILTER (measure = 'expected_maximum_sharpe')                  AS expected_maximum_sharpe,
        CAST(max(value) FILTER (measure = 'n_trials') AS BIGINT)                 AS n_trials_counted,
        CAST(max(value) FILTER (measure = 'n_tries') AS BIGINT)                  AS n_tries_counted,
        CAST(max(value) FILTER (measure = 'n_trials_here') AS BIGINT)            AS n_trials_here,
        max(value) FILTER (measure = 'trial_sharpe_variance')                    AS trial_sharpe_variance,
        max(value) FILTER (measure = 'probabilistic_sharpe')                     AS probabilistic_sharpe,
        max(value) FILTER (measure = 'minimum_track_record')                     AS minimum_track_record,
        CAST(max(value) FILTER (measure = 'track_record') AS BIGINT)             AS track_record,
        max(value) FILTER (measure = 'sharpe_daily')                             AS sharpe_daily,
        max(value) FILTER (measure = 'skewness')                                 AS skewness,
        max(value) FILTER (measure = 'kurtosis')                                 AS kurtosis,
        max(value) FILTER (measure = 'pbo')                                      AS pbo,
        max(value) FILTER (measure = 'pbo_own')                                  AS pbo_own,
        max(value) FILTER (measure = 'pbo_union')                                AS pbo_union,
        CAST(max(value) FILTER (measure = 'pbo_combinations') AS BIGINT)         AS pbo_combinations,
        CAST(max(value) FILTER (measure = 'pbo_blocks') AS BIGINT)               AS pbo_blocks,
        max(value) FILTER (measure = 'probability_of_loss')                      AS probability_of_loss,
        max(value) FILTER (measure = 'degradation_slope')                        AS degradation_slope,
        max(value) FILTER (measure = 'degradation_intercept')                    AS degradation_intercept,
        max(value) FILTER (measure = 'reality_check_p')                          AS reality_check_p,
        max(value) FILTER (measure = 'reality_check_p_own')                      AS reality_check_p_own,
        max(value) FILTER (measure = 'reality_check_p_union')                    AS reality_check_p_union,
        max(value) FILTER (measure = 'spa_p')                                    AS spa_p,
        max(value) FILTER (measure = 'spa_p_own')                                AS spa_p_own,
        max(value) FILTER (measure = 'spa_p_union')                              AS spa_p_union,
        max(value) FILTER (measure = 'spa_lower_p')                              AS spa_lower_p,
        max(value) FILTER (measure = 'spa_upper_p')                              AS spa_upper_p,
        max(value) FILTER (measure = 'baseline_spa_p')                           AS baseline_spa_p,
        max(value) FILTER (measure = 'validation_sharpe')                        AS validation_sharpe,
        max(value) FILTER (measure = 'sharpe_gap')                               AS sharpe_gap,
        max(value) FILTER (measure = 'sharpe_gap_p')                             AS sharpe_gap_p,
        max(value) FILTER (measure = 'walk_sharpe')                              AS walk_sharpe,
        CAST(max(value) FILTER (measure = 'test_looks') AS BIGINT)               AS test_looks,
        CAST(max(value) FILTER (measure = 'test_backtests') AS BIGINT)           AS test_backtests
    FROM experiment_luck
    WHERE isfinite(value)
    GROUP BY experiment_id
),
counted AS (
    SELECT
        t.experiment_id,
        count(*) FILTER (t.trial > 0)                                            AS n_trials,
        count(*) FILTER (t.trial > 0 AND t.repeat_of IS NULL)                    AS n_distinct,
        count(*) FILTER (t.trial > 0 AND t.state = 'finished')                   AS n_finished,
        count(*) FILTER (t.trial > 0 AND t.state = 'pruned')                     AS n_pruned,
        count(*) FILTER (t.trial > 0 AND t.state = 'failed')                     AS n_failed,
        count(*) FILTER (t.trial > 0 AND t.state = 'finished' AND t.violation > 0) AS n_infeasible,
        sum(t.seconds)                                                           AS seconds,
        max(t.run_id) FILTER (t.trial = e.winner_trial)                          AS winner_run_id,
        min(t.scores[1]) FILTER (t.trial > 0 AND t.state = 'finished' AND t.violation <= 0 AND isfinite(t.scores[1])) AS lowest,
        max(t.scores[1]) FILTER (t.trial > 0 AND t.state = 'finished' AND t.violation <= 0 AND isfinite(t.scores[1])) AS highest,
        max(t.scores[1]) FILTER (t.trial = 0 AND isfinite(t.scores[1]))          AS baseline_score
    FROM trials AS t
    JOIN experiments AS e ON e.experiment_id = t.experiment_id
    GROUP BY t.experiment_id
),
-- What the backtests of the test period stored when they ended.
tests AS (
    SELECT
        r.run_id,
        max(m.value) FILTER (m.key = 'total_return')                             AS total_return,
        max(m.value) FILTER (m.key = 'max_drawdown')                             AS max_drawdown
    FROM runs AS r
    JOIN run_metrics AS m ON m.run_id = r.run_id
    WHERE r.kind = 'backtest' AND m.split = 'backtest' AND m.step = 0 AND m.key IN ('total_return', 'max_drawdown')
    GROUP BY r.run_id
)
SELECT
    e.experiment_id,
    e.name,
    r.status,
    r.started_at,
    r.ended_at,
    e.subject,
    r.strategy,
    array_to_string(r.symbols, ', ')                                 AS symbols,
    len(r.symbols)                                                   AS n_symbols,
    r.interval,
    e.dev_from,
    e.test_from,
    e.test_to,
    e.scheme,
    e.sampler,
    e.pruner,
    r.seed,
    e.n_dimensions,
    e.max_trials,
    array_to_string(e.objectives, ', ')                              AS objectives,
    array_to_string(e.directions, ', ')                              AS directions,
    coalesce(c.n_trials, 0)                                          AS n_trials,
    coalesce(c.n_distinct, 0)                                        AS n_distinct,
    coalesce(c.n_finished, 0)                                        AS n_finished,
    coalesce(c.n_pruned, 0)                                          AS n_pruned,
    coalesce(c.n_failed, 0)                                          AS n_failed,
    coalesce(c.n_infeasible, 0)                                      AS n_infeasible,
    c.seconds,
    e.winner_trial,
    c.winner_run_id,
    CASE e.directions[1] WHEN 'minimise' THEN c.lowest ELSE c.highest END AS best_score,
    c.baseline_score,
    e.model_id,
    e.test_run_id,
    v.test_sharpe,
    w.total_return                                                   AS test_return,
    w.max_drawdown                                                   AS test_max_drawdown,
    e.baseline_test_run_id,
    v.baseline_test_sharpe,
    b.total_return                                                   AS baseline_test_return,
    b.max_drawdown                                                   AS baseline_test_max_drawdown,
    e.tested_at,
    l.* EXCLUDE (experiment_id),
    v.verdict,
    v.failed_gate,
    v.is_promotable,
    v.reason
FROM experiments AS e
JOIN experiment_verdict AS v ON v.experiment_id = e.experiment_id
LEFT JOIN runs AS r ON r.run_id = e.experiment_id
LEFT JOIN counted AS c ON c.experiment_id = e.experiment_id
LEFT JOIN luck AS l ON l.experiment_id = e.experiment_id
LEFT JOIN tests AS w ON w.run_id = e.test_run_id
LEFT JOIN tests AS b ON b.run_id = e.baseline_test_run_id
