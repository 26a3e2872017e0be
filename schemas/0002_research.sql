-- Features, labels and models: what research derives from market data.
CREATE TABLE feature_sets (
    name       VARCHAR NOT NULL,
    version    VARCHAR NOT NULL,
    spec       VARCHAR NOT NULL,
    columns    VARCHAR[] NOT NULL,
    created_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE feature_sets IS 'Every feature set ever built, by name and hash';
COMMENT ON COLUMN feature_sets.name IS 'Set name; its values are in features_<name>';
COMMENT ON COLUMN feature_sets.version IS 'Hash of definitions and generator';
COMMENT ON COLUMN feature_sets.spec IS 'The set as written (TOML)';
COMMENT ON COLUMN feature_sets.columns IS 'Feature columns in order';
COMMENT ON COLUMN feature_sets.created_at IS 'UTC time of the first build with this hash';

CREATE TABLE labels (
    label_set      VARCHAR NOT NULL,
    symbol         VARCHAR NOT NULL,
    interval       VARCHAR NOT NULL,
    ts             TIMESTAMP NOT NULL,
    label          INTEGER,
    forward_return DOUBLE,
    entry_ts       TIMESTAMP,
    exit_ts        TIMESTAMP,
    barrier        VARCHAR
);
COMMENT ON TABLE labels IS 'Targets; unique by label_set, symbol, interval, ts. Only labels look forward';
COMMENT ON COLUMN labels.label_set IS 'Name of the labelling, with its parameters: tb_<tp>_<sl>_<horizon>';
COMMENT ON COLUMN labels.symbol IS 'Instrument';
COMMENT ON COLUMN labels.interval IS 'Bar length';
COMMENT ON COLUMN labels.ts IS 'UTC start of the decision bar; known at its close_ts';
COMMENT ON COLUMN labels.label IS '1 when the profit barrier came first, else 0; NULL while the horizon is incomplete';
COMMENT ON COLUMN labels.forward_return IS 'exit fill / entry fill - 1, a fraction; NULL while the horizon is incomplete';
COMMENT ON COLUMN labels.entry_ts IS 'UTC start of the bar whose open is the entry';
COMMENT ON COLUMN labels.exit_ts IS 'UTC start of the bar in which the position is left';
COMMENT ON COLUMN labels.barrier IS 'take_profit, stop_loss or horizon';

CREATE TABLE models (
    model_id   VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    version    INTEGER NOT NULL,
    kind       VARCHAR NOT NULL,
    run_id     VARCHAR NOT NULL,
    sha256     VARCHAR NOT NULL,
    manifest   JSON NOT NULL,
    weights    BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE models IS 'Trained models with everything needed to use them';
COMMENT ON COLUMN models.model_id IS 'Key';
COMMENT ON COLUMN models.name IS 'Model name; versions count up within it';
COMMENT ON COLUMN models.version IS 'From 1';
COMMENT ON COLUMN models.kind IS 'Learner: logistic, mlp, ..';
COMMENT ON COLUMN models.run_id IS 'Training run';
COMMENT ON COLUMN models.sha256 IS 'SHA-256 of the weights; checked at load';
COMMENT ON COLUMN models.manifest IS 'Spec, feature order and hash, split dates, scaler, calibration, threshold';
COMMENT ON COLUMN models.weights IS 'safetensors bytes';
COMMENT ON COLUMN models.created_at IS 'UTC time of the write';

CREATE TABLE predictions (
    run_id         VARCHAR NOT NULL,
    split          VARCHAR NOT NULL,
    ts             TIMESTAMP NOT NULL,
    close_ts       TIMESTAMP NOT NULL,
    symbol         VARCHAR NOT NULL,
    interval       VARCHAR NOT NULL,
    model_id       VARCHAR NOT NULL,
    probability    DOUBLE,
    threshold      DOUBLE,
    ml_verdict     VARCHAR,
    rule_verdict   VARCHAR,
    final_verdict  VARCHAR,
    final_source   VARCHAR,
    confidence     DOUBLE,
    latency_ms     DOUBLE,
    label          INTEGER,
    forward_return DOUBLE
);
COMMENT ON TABLE predictions IS 'Every model call, never sampled';
COMMENT ON COLUMN predictions.run_id IS 'Run that asked';
COMMENT ON COLUMN predictions.split IS 'train, valid, test or backtest';
COMMENT ON COLUMN predictions.ts IS 'UTC start of the newest bar in the window';
COMMENT ON COLUMN predictions.close_ts IS 'UTC time at which the prediction could be made';
COMMENT ON COLUMN predictions.symbol IS 'Instrument';
COMMENT ON COLUMN predictions.interval IS 'Bar length';
COMMENT ON COLUMN predictions.model_id IS 'Model asked';
COMMENT ON COLUMN predictions.probability IS 'Calibrated probability of label 1';
COMMENT ON COLUMN predictions.threshold IS 'Decision threshold in force';
COMMENT ON COLUMN predictions.ml_verdict IS 'LONG at or above the threshold, else NOOP';
COMMENT ON COLUMN predictions.rule_verdict IS 'Verdict of rules, when there are any';
COMMENT ON COLUMN predictions.final_verdict IS 'What was acted on';
COMMENT ON COLUMN predictions.final_source IS 'model or rule';
COMMENT ON COLUMN predictions.confidence IS '|2p - 1|, from 0 to 1';
COMMENT ON COLUMN predictions.latency_ms IS 'Time of the model call, in ms a prediction';
COMMENT ON COLUMN predictions.label IS 'Realised label when the split has one';
COMMENT ON COLUMN predictions.forward_return IS 'Realised forward return when the split has one, a fraction';
