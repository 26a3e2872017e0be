-- Label sets become records: what a name stands for must be known to check, repeat or explain its labels.
CREATE TABLE label_sets (
    name       VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    spec       JSON NOT NULL,
    created_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE label_sets IS 'Every label set built, by name; sets built before this table existed have no row';
COMMENT ON COLUMN label_sets.name IS 'Name of the labelling, with every parameter; its rows are in labels';
COMMENT ON COLUMN label_sets.kind IS 'triple_barrier, volatility, fixed_horizon or meta';
COMMENT ON COLUMN label_sets.spec IS 'Kind and parameters, from which the labels can be computed again';
COMMENT ON COLUMN label_sets.created_at IS 'UTC time of the first build';

ALTER TABLE labels ADD COLUMN side INTEGER;
ALTER TABLE labels ADD COLUMN weight DOUBLE;
COMMENT ON TABLE labels IS 'Targets; unique by label_set, symbol, interval, ts. Only labels look forward';
COMMENT ON COLUMN labels.label_set IS 'Name of the labelling, with its parameters: tb_<tp>_<sl>_<horizon>, vol_.., fh_.., meta_..';
COMMENT ON COLUMN labels.label IS '1 when the profit barrier came first (fixed horizon: when the return is above the threshold), else 0; NULL while the future is incomplete or there is no bet';
COMMENT ON COLUMN labels.forward_return IS 'Return of the bet to its exit fill, a fraction: exit fill / entry fill - 1, times side where there is one; NULL as label is';
COMMENT ON COLUMN labels.barrier IS 'take_profit, stop_loss, horizon or session';
COMMENT ON COLUMN labels.side IS 'Side of the primary rule in meta labels: 1 long, -1 short, NULL none; NULL in other kinds, which are long';
COMMENT ON COLUMN labels.weight IS 'Average uniqueness, in (0, 1]: mean over the bars from entry to exit of 1 / number of open bets of the series; NULL as label is, and in rows older than this column';
