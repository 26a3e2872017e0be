-- Corporate actions that a correction replaced: a replay reads those that held when its run began.
CREATE TABLE corporate_actions_revisions (
    symbol      VARCHAR NOT NULL,
    ex_date     DATE NOT NULL,
    split       DOUBLE,
    dividend    DOUBLE,
    source      VARCHAR NOT NULL,
    added_at    TIMESTAMP NOT NULL,
    replaced_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE corporate_actions_revisions IS 'Every split and dividend that a later ingest corrected, as it was';
COMMENT ON COLUMN corporate_actions_revisions.symbol IS 'Instrument';
COMMENT ON COLUMN corporate_actions_revisions.ex_date IS 'First session without the entitlement';
COMMENT ON COLUMN corporate_actions_revisions.split IS 'New shares for one old share; NULL for a dividend';
COMMENT ON COLUMN corporate_actions_revisions.dividend IS 'Cash a share in currency, on the share as it was before ex_date; NULL for a split';
COMMENT ON COLUMN corporate_actions_revisions.source IS 'Where the replaced action came from';
COMMENT ON COLUMN corporate_actions_revisions.added_at IS 'UTC time at which the replaced action had been written';
COMMENT ON COLUMN corporate_actions_revisions.replaced_at IS 'UTC time of the correction';
