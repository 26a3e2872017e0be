-- Market data and its provenance: what came in, what was refused, what was replaced.
CREATE TABLE instruments (
    symbol           VARCHAR NOT NULL,
    exchange         VARCHAR,
    calendar         VARCHAR,
    currency         VARCHAR,
    tick_size        DOUBLE,
    lot_size         DOUBLE,
    multiplier       DOUBLE NOT NULL DEFAULT 1,
    asset_id         INTEGER NOT NULL,
    first_seen_at    TIMESTAMP NOT NULL
);
COMMENT ON TABLE instruments IS 'One row a symbol; registered by the first ingest that brings it';
COMMENT ON COLUMN instruments.symbol IS 'Symbol as the source writes it; the key';
COMMENT ON COLUMN instruments.exchange IS 'Exchange code; NULL when the source did not say';
COMMENT ON COLUMN instruments.calendar IS 'Session calendar; NULL is unknown (no session check, session_date is the UTC date)';
COMMENT ON COLUMN instruments.currency IS 'ISO currency code of prices; NULL is unknown';
COMMENT ON COLUMN instruments.tick_size IS 'Smallest price step, in currency; NULL is unknown';
COMMENT ON COLUMN instruments.lot_size IS 'Smallest tradable quantity, in units; NULL is unknown';
COMMENT ON COLUMN instruments.multiplier IS 'Currency value of one price point for one unit';
COMMENT ON COLUMN instruments.asset_id IS 'Dense integer id (0..n-1) in order of registration, for asset embeddings';
COMMENT ON COLUMN instruments.first_seen_at IS 'UTC time of registration';

CREATE TABLE bars (
    symbol       VARCHAR NOT NULL,
    interval     VARCHAR NOT NULL,
    ts           TIMESTAMP NOT NULL,
    close_ts     TIMESTAMP NOT NULL,
    session_date DATE NOT NULL,
    open         DOUBLE NOT NULL,
    high         DOUBLE NOT NULL,
    low          DOUBLE NOT NULL,
    close        DOUBLE NOT NULL,
    volume       DOUBLE,
    vwap         DOUBLE,
    adjustment   VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    ingested_at  TIMESTAMP NOT NULL
);
COMMENT ON TABLE bars IS 'OHLCV bars; unique by symbol, interval, ts (enforced by merge on write)';
COMMENT ON COLUMN bars.symbol IS 'Instrument';
COMMENT ON COLUMN bars.interval IS 'Bar length: 1m, 5m, 15m, 30m, 1h or 1d';
COMMENT ON COLUMN bars.ts IS 'UTC start of the bar; a daily bar starts at 00:00 of its session date';
COMMENT ON COLUMN bars.close_ts IS 'UTC time at which the bar was complete and known';
COMMENT ON COLUMN bars.session_date IS 'Trading day of the exchange';
COMMENT ON COLUMN bars.open IS 'First price, in currency';
COMMENT ON COLUMN bars.high IS 'Highest price, in currency';
COMMENT ON COLUMN bars.low IS 'Lowest price, in currency';
COMMENT ON COLUMN bars.close IS 'Last price, in currency';
COMMENT ON COLUMN bars.volume IS 'Units traded; NULL when the source has none';
COMMENT ON COLUMN bars.vwap IS 'Volume-weighted average price of the bar; NULL when the source has none';
COMMENT ON COLUMN bars.adjustment IS 'raw, split or total';
COMMENT ON COLUMN bars.source IS 'Where it came from: csv, synthetic or a vendor';
COMMENT ON COLUMN bars.ingested_at IS 'UTC time of the write';

CREATE TABLE bars_revisions (
    symbol       VARCHAR NOT NULL,
    interval     VARCHAR NOT NULL,
    ts           TIMESTAMP NOT NULL,
    close_ts     TIMESTAMP NOT NULL,
    session_date DATE NOT NULL,
    open         DOUBLE NOT NULL,
    high         DOUBLE NOT NULL,
    low          DOUBLE NOT NULL,
    close        DOUBLE NOT NULL,
    volume       DOUBLE,
    vwap         DOUBLE,
    adjustment   VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    ingested_at  TIMESTAMP NOT NULL,
    replaced_at  TIMESTAMP NOT NULL
);
COMMENT ON TABLE bars_revisions IS 'Every bar that a later ingest replaced, as it was';
COMMENT ON COLUMN bars_revisions.symbol IS 'Instrument';
COMMENT ON COLUMN bars_revisions.interval IS 'Bar length';
COMMENT ON COLUMN bars_revisions.ts IS 'UTC start of the bar';
COMMENT ON COLUMN bars_revisions.close_ts IS 'UTC time at which the bar was complete and known';
COMMENT ON COLUMN bars_revisions.session_date IS 'Trading day of the exchange';
COMMENT ON COLUMN bars_revisions.open IS 'First price, in currency';
COMMENT ON COLUMN bars_revisions.high IS 'Highest price, in currency';
COMMENT ON COLUMN bars_revisions.low IS 'Lowest price, in currency';
COMMENT ON COLUMN bars_revisions.close IS 'Last price, in currency';
COMMENT ON COLUMN bars_revisions.volume IS 'Units traded';
COMMENT ON COLUMN bars_revisions.vwap IS 'Volume-weighted average price';
COMMENT ON COLUMN bars_revisions.adjustment IS 'raw, split or total';
COMMENT ON COLUMN bars_revisions.source IS 'Where the replaced row came from';
COMMENT ON COLUMN bars_revisions.ingested_at IS 'UTC time at which the replaced row had been written';
COMMENT ON COLUMN bars_revisions.replaced_at IS 'UTC time of the replacement';

CREATE TABLE bars_rejected (
    ingest_id   VARCHAR NOT NULL,
    file        VARCHAR NOT NULL,
    line        BIGINT NOT NULL,
    symbol      VARCHAR,
    interval    VARCHAR,
    raw         VARCHAR NOT NULL,
    reason      VARCHAR NOT NULL,
    detail      VARCHAR,
    rejected_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE bars_rejected IS 'Quarantine: each refused input row with its place and reason';
COMMENT ON COLUMN bars_rejected.ingest_id IS 'Row of ingest_log that read the file';
COMMENT ON COLUMN bars_rejected.file IS 'Input file as given';
COMMENT ON COLUMN bars_rejected.line IS 'Line in the file, 1 is the first';
COMMENT ON COLUMN bars_rejected.symbol IS 'Instrument, when known';
COMMENT ON COLUMN bars_rejected.interval IS 'Bar length, when known';
COMMENT ON COLUMN bars_rejected.raw IS 'The row as it stood in the file';
COMMENT ON COLUMN bars_rejected.reason IS 'Reason code: unparsable, non_finite, non_positive_price, high_below_body, low_above_body, negative_volume, off_grid, duplicate';
COMMENT ON COLUMN bars_rejected.detail IS 'What exactly was wrong, for a reader';
COMMENT ON COLUMN bars_rejected.rejected_at IS 'UTC time of the refusal';

CREATE TABLE ingest_log (
    ingest_id     VARCHAR NOT NULL,
    file          VARCHAR NOT NULL,
    sha256        VARCHAR NOT NULL,
    bytes         BIGINT NOT NULL,
    symbols       VARCHAR[] NOT NULL,
    interval      VARCHAR,
    rows_read     BIGINT NOT NULL,
    rows_inserted BIGINT NOT NULL,
    rows_updated  BIGINT NOT NULL,
    rows_unchanged BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    ingested_at   TIMESTAMP NOT NULL
);
COMMENT ON TABLE ingest_log IS 'One row a file and ingest';
COMMENT ON COLUMN ingest_log.ingest_id IS 'Key';
COMMENT ON COLUMN ingest_log.file IS 'Input file as given';
COMMENT ON COLUMN ingest_log.sha256 IS 'SHA-256 of the file as stored on disk';
COMMENT ON COLUMN ingest_log.bytes IS 'Size of the file, in bytes';
COMMENT ON COLUMN ingest_log.symbols IS 'Instruments found in it';
COMMENT ON COLUMN ingest_log.interval IS 'Bar length, given or inferred';
COMMENT ON COLUMN ingest_log.rows_read IS 'Data rows in the file';
COMMENT ON COLUMN ingest_log.rows_inserted IS 'New bars';
COMMENT ON COLUMN ingest_log.rows_updated IS 'Bars replaced by different values; the old ones are in bars_revisions';
COMMENT ON COLUMN ingest_log.rows_unchanged IS 'Bars already stored with the same values';
COMMENT ON COLUMN ingest_log.rows_rejected IS 'Rows in bars_rejected';
COMMENT ON COLUMN ingest_log.ingested_at IS 'UTC time of the ingest';

CREATE TABLE sentiment_snapshots (
    symbol     VARCHAR NOT NULL,
    known_ts   TIMESTAMP NOT NULL,
    date       DATE NOT NULL,
    provider   VARCHAR NOT NULL,
    score      DOUBLE NOT NULL,
    confidence DOUBLE NOT NULL,
    fetched_at TIMESTAMP NOT NULL,
    metadata   JSON
);
COMMENT ON TABLE sentiment_snapshots IS 'Daily sentiment a symbol; features join it as of known_ts';
COMMENT ON COLUMN sentiment_snapshots.symbol IS 'Instrument';
COMMENT ON COLUMN sentiment_snapshots.known_ts IS 'UTC time at which the newest text used was published';
COMMENT ON COLUMN sentiment_snapshots.date IS 'Trading day it speaks of';
COMMENT ON COLUMN sentiment_snapshots.provider IS 'Source of the score; synthetic for simulated ones';
COMMENT ON COLUMN sentiment_snapshots.score IS 'From -1 (negative) to 1 (positive)';
COMMENT ON COLUMN sentiment_snapshots.confidence IS 'From 0 to 1';
COMMENT ON COLUMN sentiment_snapshots.fetched_at IS 'UTC time of the write';
COMMENT ON COLUMN sentiment_snapshots.metadata IS 'Provider payload summary';
