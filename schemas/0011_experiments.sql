-- Experiments: searches over parameters, with everything that tells skill from luck. Trials are runs of their own
-- (kind trial, parent the experiment); these tables say which, how each was judged, and what was made of them all.
CREATE TABLE experiments (
    experiment_id  VARCHAR NOT NULL,
    name           VARCHAR NOT NULL,
    subject        VARCHAR NOT NULL,
    spec           VARCHAR NOT NULL,
    spec_sha256    VARCHAR NOT NULL,
    objectives     VARCHAR[] NOT NULL,
    directions     VARCHAR[] NOT NULL,
    sampler        VARCHAR NOT NULL,
    pruner         VARCHAR NOT NULL,
    scheme         VARCHAR NOT NULL,
    n_dimensions   BIGINT NOT NULL,
    max_trials     BIGINT,
    dev_from       TIMESTAMP NOT NULL,
    test_from      TIMESTAMP NOT NULL,
    test_to        TIMESTAMP NOT NULL,
    winner_trial   BIGINT,
    test_run_id    VARCHAR,
    baseline_test_run_id VARCHAR,
    model_id       VARCHAR,
    tested_at      TIMESTAMP
);
COMMENT ON TABLE experiments IS 'Searches over parameters; unique by experiment_id';
COMMENT ON COLUMN experiments.experiment_id IS 'Run of kind experiment';
COMMENT ON COLUMN experiments.name IS 'Name in the specification';
COMMENT ON COLUMN experiments.subject IS 'strategy or model';
COMMENT ON COLUMN experiments.spec IS 'The specification as it was read, TOML';
COMMENT ON COLUMN experiments.spec_sha256 IS 'SHA-256 of spec';
COMMENT ON COLUMN experiments.objectives IS 'What trials are judged by: columns of the metrics views, or composite';
COMMENT ON COLUMN experiments.directions IS 'maximise or minimise, one an objective';
COMMENT ON COLUMN experiments.sampler IS 'grid, random or tpe';
COMMENT ON COLUMN experiments.pruner IS 'none, median or successive_halving';
COMMENT ON COLUMN experiments.scheme IS 'holdout, walk_forward, kfold or cpcv';
COMMENT ON COLUMN experiments.n_dimensions IS 'Searched parameters';
COMMENT ON COLUMN experiments.max_trials IS 'Trials at most; NULL when only time ends it';
COMMENT ON COLUMN experiments.dev_from IS 'UTC first bar start that trials may trade';
COMMENT ON COLUMN experiments.test_from IS 'UTC first bar start of the test period: no trial reads it';
COMMENT ON COLUMN experiments.test_to IS 'UTC end of bar starts of the test period, not included';
COMMENT ON COLUMN experiments.winner_trial IS 'Trial that won; NULL while searching, or when none could';
COMMENT ON COLUMN experiments.test_run_id IS 'Backtest of the winner on the test period: the only look at it';
COMMENT ON COLUMN experiments.baseline_test_run_id IS 'Backtest of the baseline on the test period';
COMMENT ON COLUMN experiments.model_id IS 'The winner fitted on all of the development period; NULL for a strategy';
COMMENT ON COLUMN experiments.tested_at IS 'UTC time at which the test period was looked at; NULL: never';

CREATE TABLE trials (
    experiment_id VARCHAR NOT NULL,
    trial         BIGINT NOT NULL,
    run_id        VARCHAR NOT NULL,
    state         VARCHAR NOT NULL,
    params        VARCHAR NOT NULL,
    scores        DOUBLE[] NOT NULL,
    violation     DOUBLE NOT NULL,
    steps         DOUBLE[] NOT NULL,
    n_kept        BIGINT NOT NULL,
    seconds       DOUBLE NOT NULL,
    error         VARCHAR
);
COMMENT ON TABLE trials IS 'What was tried; unique by experiment_id, trial';
COMMENT ON COLUMN trials.experiment_id IS 'Experiment';
COMMENT ON COLUMN trials.trial IS 'Number within the experiment, from 1; 0 is the baseline, which takes no part in the search';
COMMENT ON COLUMN trials.run_id IS 'Its run, of kind trial';
COMMENT ON COLUMN trials.state IS 'finished, pruned or failed';
COMMENT ON COLUMN trials.params IS 'Searched parameters that were active, as a JSON object';
COMMENT ON COLUMN trials.scores IS 'Values of the objectives, in their order; NULL is unknown; of a pruned trial as far as it came';
COMMENT ON COLUMN trials.violation IS 'Sum of how far constraints are missed; 0 is feasible';
COMMENT ON COLUMN trials.steps IS 'Value of the first objective after each step that a pruner could look at';
COMMENT ON COLUMN trials.n_kept IS 'Rows of trades, equity and predictions kept: 0 unless it is among the best or the baseline';
COMMENT ON COLUMN trials.seconds IS 'Time it took, in seconds';
COMMENT ON COLUMN trials.error IS 'Why it failed; NULL otherwise';

CREATE TABLE experiment_folds (
    experiment_id VARCHAR NOT NULL,
    fold          BIGINT NOT NULL,
    part          VARCHAR NOT NULL,
    from_ts       TIMESTAMP NOT NULL,
    to_ts         TIMESTAMP NOT NULL,
    n_sessions    BIGINT NOT NULL,
    n_samples     BIGINT,
    n_purged      BIGINT
);
COMMENT ON TABLE experiment_folds IS 'Dated windows of the validation scheme: a row a stretch of time';
COMMENT ON COLUMN experiment_folds.experiment_id IS 'Experiment';
COMMENT ON COLUMN experiment_folds.fold IS 'Number, from 1';
COMMENT ON COLUMN experiment_folds.part IS 'train or valid';
COMMENT ON COLUMN experiment_folds.from_ts IS 'UTC first bar start';
COMMENT ON COLUMN experiment_folds.to_ts IS 'UTC end of bar starts, not included';
COMMENT ON COLUMN experiment_folds.n_sessions IS 'Trading days';
COMMENT ON COLUMN experiment_folds.n_samples IS 'Labelled samples left in it; NULL for a strategy, which learns nothing';
COMMENT ON COLUMN experiment_folds.n_purged IS 'Labelled samples dropped from it by purge and embargo; NULL for a strategy';

CREATE TABLE experiment_paths (
    experiment_id VARCHAR NOT NULL,
    path          BIGINT NOT NULL,
    session_date  DATE NOT NULL,
    trial         BIGINT NOT NULL,
    "return"      DOUBLE NOT NULL
);
COMMENT ON TABLE experiment_paths IS 'Out-of-sample days of the choice itself: in every fold, the trial with the best Sharpe ratio on the training windows, on the validation window';
COMMENT ON COLUMN experiment_paths.experiment_id IS 'Experiment';
COMMENT ON COLUMN experiment_paths.path IS 'Number, from 1; more than one only with combinatorial cross-validation';
COMMENT ON COLUMN experiment_paths.session_date IS 'Trading day';
COMMENT ON COLUMN experiment_paths.trial IS 'Trial chosen for this day, without having seen it';
COMMENT ON COLUMN experiment_paths."return" IS 'Return of that trial, a fraction';

CREATE TABLE experiment_luck (
    experiment_id VARCHAR NOT NULL,
    measure       VARCHAR NOT NULL,
    value         DOUBLE,
    detail        VARCHAR
);
COMMENT ON TABLE experiment_luck IS 'How much of the winner could be luck; unique by experiment_id, measure';
COMMENT ON COLUMN experiment_luck.experiment_id IS 'Experiment';
COMMENT ON COLUMN experiment_luck.measure IS 'deflated_sharpe, probabilistic_sharpe, pbo, reality_check_p, spa_p and what they rest on';
COMMENT ON COLUMN experiment_luck.value IS 'Value; NULL is unknown';
COMMENT ON COLUMN experiment_luck.detail IS 'What a reader should know of it, in words';

CREATE TABLE experiment_splits (
    experiment_id VARCHAR NOT NULL,
    number        BIGINT NOT NULL,
    trial         BIGINT NOT NULL,
    in_sample     DOUBLE,
    out_of_sample DOUBLE,
    logit         DOUBLE
);
COMMENT ON TABLE experiment_splits IS 'Combinations behind the probability of backtest overfitting: the best trial of one half, on the other half';
COMMENT ON COLUMN experiment_splits.experiment_id IS 'Experiment';
COMMENT ON COLUMN experiment_splits.number IS 'Number, from 1';
COMMENT ON COLUMN experiment_splits.trial IS 'The trial with the best Sharpe ratio in the first half; -1 is one of an earlier experiment on the same days';
COMMENT ON COLUMN experiment_splits.in_sample IS 'Its daily Sharpe ratio there';
COMMENT ON COLUMN experiment_splits.out_of_sample IS 'Its daily Sharpe ratio in the other half';
COMMENT ON COLUMN experiment_splits.logit IS 'Logit of its relative rank in the other half; at or below 0 the choice was no better than chance';

CREATE TABLE experiment_importance (
    experiment_id VARCHAR NOT NULL,
    objective     VARCHAR NOT NULL,
    param         VARCHAR NOT NULL,
    importance    DOUBLE NOT NULL,
    deviation     DOUBLE,
    share         DOUBLE,
    forest_r2     DOUBLE
);
COMMENT ON TABLE experiment_importance IS 'Which parameters moved an objective: permutation on a random forest; unique by experiment_id, objective, param';
COMMENT ON COLUMN experiment_importance.experiment_id IS 'Experiment';
COMMENT ON COLUMN experiment_importance.objective IS 'Objective';
COMMENT ON COLUMN experiment_importance.param IS 'Searched parameter';
COMMENT ON COLUMN experiment_importance.importance IS 'Fall of the forest''s R2 when the parameter is shuffled';
COMMENT ON COLUMN experiment_importance.deviation IS 'Standard deviation of that over shuffles';
COMMENT ON COLUMN experiment_importance.share IS 'Part of the sum over parameters, negatives as 0';
COMMENT ON COLUMN experiment_importance.forest_r2 IS 'R2 of the forest on trials it has not seen; near 0 the importances mean nothing';

CREATE TABLE experiment_thresholds (
    experiment_id VARCHAR NOT NULL,
    metric        VARCHAR NOT NULL,
    comparison    VARCHAR NOT NULL,
    baseline      DOUBLE,
    winner        DOUBLE,
    promote_at    DOUBLE,
    roll_back_at  DOUBLE,
    sessions      BIGINT NOT NULL
);
COMMENT ON TABLE experiment_thresholds IS 'What a deployment of the winner has to hold, looked at daily; unique by experiment_id, metric';
COMMENT ON COLUMN experiment_thresholds.experiment_id IS 'Experiment';
COMMENT ON COLUMN experiment_thresholds.metric IS 'Column of run_performance or classification_report, or latency_ms';
COMMENT ON COLUMN experiment_thresholds.comparison IS 'at_least or at_most';
COMMENT ON COLUMN experiment_thresholds.baseline IS 'Value of the baseline on validation';
COMMENT ON COLUMN experiment_thresholds.winner IS 'Value of the winner on validation';
COMMENT ON COLUMN experiment_thresholds.promote_at IS 'Value to reach, so many sessions in a row';
COMMENT ON COLUMN experiment_thresholds.roll_back_at IS 'Value that ends the deployment when it is missed three days; NULL: none';
COMMENT ON COLUMN experiment_thresholds.sessions IS 'Sessions in a row that promote_at must hold for';

COMMENT ON TABLE runs IS 'One row a train, evaluate, backtest, campaign, experiment or trial run: the root of all lineage';
COMMENT ON COLUMN runs.kind IS 'train, evaluate, backtest, campaign, experiment or trial';
COMMENT ON COLUMN runs.status IS 'running, finished, failed, or of a trial also pruned';
COMMENT ON COLUMN run_metrics.split IS 'train, valid, test or backtest';
COMMENT ON COLUMN run_metrics.step IS 'Epoch of a training curve; number of a combinatorial path; 0 for final metrics';
