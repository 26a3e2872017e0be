-- A ledger of looks at test periods: one that was looked at is no longer untouched, also when the experiment is gone. Rows are
-- only ever added.
CREATE TABLE test_looks (
    experiment_id VARCHAR NOT NULL,
    looked_at     TIMESTAMP NOT NULL,
    symbols       VARCHAR[] NOT NULL,
    test_from     TIMESTAMP NOT NULL,
    test_to       TIMESTAMP NOT NULL
);
COMMENT ON TABLE test_looks IS 'Ledger of looks at test periods by experiments, whether or not they are still there; rows are only added. Unique by experiment_id';
COMMENT ON COLUMN test_looks.experiment_id IS 'Experiment; it may have been deleted since';
COMMENT ON COLUMN test_looks.looked_at IS 'UTC time';
COMMENT ON COLUMN test_looks.symbols IS 'Instruments, sorted';
COMMENT ON COLUMN test_looks.test_from IS 'UTC first bar start of the test period';
COMMENT ON COLUMN test_looks.test_to IS 'UTC end of bar starts of the test period, not included';

INSERT INTO test_looks
SELECT e.experiment_id, e.tested_at, coalesce(r.symbols, []), e.test_from, e.test_to
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE e.tested_at IS NOT NULL;
