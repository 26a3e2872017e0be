-- Features in full: where each build stood, so that the next one goes on from there; and audits of what sees ahead.
CREATE TABLE feature_state (
    name          VARCHAR NOT NULL,
    version       VARCHAR NOT NULL,
    symbol        VARCHAR NOT NULL,
    interval      VARCHAR NOT NULL,
    bars          BIGINT NOT NULL,
    last_ts       TIMESTAMP NOT NULL,
    last_close_ts TIMESTAMP NOT NULL,
    inputs        VARCHAR NOT NULL,
    state         BLOB NOT NULL,
    built_at      TIMESTAMP NOT NULL
);
COMMENT ON TABLE feature_state IS 'Where the newest build of a feature set stood in each series: increments and the live engine resume there. Unique by name, symbol, interval';
COMMENT ON COLUMN feature_state.name IS 'Feature set';
COMMENT ON COLUMN feature_state.version IS 'Hash of the set that was built; another version is never resumed';
COMMENT ON COLUMN feature_state.symbol IS 'Instrument';
COMMENT ON COLUMN feature_state.interval IS 'Bar length';
COMMENT ON COLUMN feature_state.bars IS 'Bars of the series built so far';
COMMENT ON COLUMN feature_state.last_ts IS 'UTC start of the newest bar built';
COMMENT ON COLUMN feature_state.last_close_ts IS 'UTC time at which that bar was known';
COMMENT ON COLUMN feature_state.inputs IS 'Fingerprints of everything the rows were made of: bars, snapshots, joined series, universe. A difference means building anew';
COMMENT ON COLUMN feature_state.state IS 'States of the kernels after that bar, in the order of the set';
COMMENT ON COLUMN feature_state.built_at IS 'UTC time of the build';

CREATE TABLE audits (
    audit_id   VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    subject    VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    version    VARCHAR NOT NULL,
    audited_at TIMESTAMP NOT NULL,
    seed       BIGINT NOT NULL,
    cuts       BIGINT NOT NULL,
    compared   BIGINT NOT NULL,
    alarms     BIGINT NOT NULL,
    passed     BOOLEAN NOT NULL,
    details    JSON NOT NULL
);
COMMENT ON TABLE audits IS 'Audits with their outcome. Unique by audit_id';
COMMENT ON COLUMN audits.audit_id IS 'Identity';
COMMENT ON COLUMN audits.kind IS 'lookahead: nothing from after a cut shows before it; recursive: a longer history changes nothing';
COMMENT ON COLUMN audits.subject IS 'features, labels or query';
COMMENT ON COLUMN audits.name IS 'Feature set, label set, or file of the query';
COMMENT ON COLUMN audits.version IS 'Hash of the feature set or query, or the name of the label set: what exactly was audited';
COMMENT ON COLUMN audits.audited_at IS 'UTC time of the audit';
COMMENT ON COLUMN audits.seed IS 'Seed of its cuts';
COMMENT ON COLUMN audits.cuts IS 'Times at which the future was altered, or starts that were compared';
COMMENT ON COLUMN audits.compared IS 'Values compared';
COMMENT ON COLUMN audits.alarms IS 'Columns that gave an alarm';
COMMENT ON COLUMN audits.passed IS 'Whether there was no alarm';
COMMENT ON COLUMN audits.details IS 'Series and inputs covered, and each alarm with its first case';
