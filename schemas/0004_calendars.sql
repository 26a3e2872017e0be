-- Market data in full: when exchanges trade, what companies did, who belonged to a universe, what has gone stale.
CREATE TABLE calendars (
    calendar         VARCHAR NOT NULL,
    zone             VARCHAR NOT NULL,
    periods_per_year DOUBLE NOT NULL,
    description      VARCHAR NOT NULL,
    source           VARCHAR NOT NULL,
    first_date       DATE NOT NULL,
    last_date        DATE NOT NULL
);
COMMENT ON TABLE calendars IS 'Session calendars known to this store; their sessions are in sessions';
COMMENT ON COLUMN calendars.calendar IS 'Key: NSE, XNYS, FX or 24x7';
COMMENT ON COLUMN calendars.zone IS 'IANA time zone of the exchange';
COMMENT ON COLUMN calendars.periods_per_year IS 'Sessions a year, to annualise daily figures';
COMMENT ON COLUMN calendars.description IS 'What it is, for a reader';
COMMENT ON COLUMN calendars.source IS 'Where the dates come from';
COMMENT ON COLUMN calendars.first_date IS 'First date it speaks of; earlier dates are unknown, not holidays';
COMMENT ON COLUMN calendars.last_date IS 'Last date it speaks of; later dates are unknown, not holidays';

CREATE TABLE sessions (
    calendar VARCHAR NOT NULL,
    date     DATE NOT NULL,
    open_ts  TIMESTAMP NOT NULL,
    close_ts TIMESTAMP NOT NULL,
    kind     VARCHAR NOT NULL
);
COMMENT ON TABLE sessions IS 'One row a trading session; unique by calendar, date. A date without a row is no trading day';
COMMENT ON COLUMN sessions.calendar IS 'Calendar';
COMMENT ON COLUMN sessions.date IS 'Trading day of the exchange';
COMMENT ON COLUMN sessions.open_ts IS 'UTC time of the open';
COMMENT ON COLUMN sessions.close_ts IS 'UTC time of the close; the first instant outside';
COMMENT ON COLUMN sessions.kind IS 'regular, half_day or special';

CREATE TABLE corporate_actions (
    symbol   VARCHAR NOT NULL,
    ex_date  DATE NOT NULL,
    split    DOUBLE,
    dividend DOUBLE,
    source   VARCHAR NOT NULL,
    added_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE corporate_actions IS 'Splits and dividends; unique by symbol, ex_date and which of the two it is';
COMMENT ON COLUMN corporate_actions.symbol IS 'Instrument';
COMMENT ON COLUMN corporate_actions.ex_date IS 'First session without the entitlement';
COMMENT ON COLUMN corporate_actions.split IS 'New shares for one old share (2 is a 2-for-1 split); NULL for a dividend';
COMMENT ON COLUMN corporate_actions.dividend IS 'Cash a share in currency, on the share as it was before ex_date; NULL for a split';
COMMENT ON COLUMN corporate_actions.source IS 'Where it came from';
COMMENT ON COLUMN corporate_actions.added_at IS 'UTC time of the write';

CREATE TABLE universe (
    name     VARCHAR NOT NULL,
    symbol   VARCHAR NOT NULL,
    "from"   DATE NOT NULL,
    "to"     DATE,
    source   VARCHAR NOT NULL,
    added_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE universe IS 'Dated membership: who belonged when; periods of one name and symbol do not overlap';
COMMENT ON COLUMN universe.name IS 'Universe, for example nifty50';
COMMENT ON COLUMN universe.symbol IS 'Member';
COMMENT ON COLUMN universe."from" IS 'First session as a member';
COMMENT ON COLUMN universe."to" IS 'Last session as a member; NULL is still a member';
COMMENT ON COLUMN universe.source IS 'Where it came from';
COMMENT ON COLUMN universe.added_at IS 'UTC time of the write';

CREATE TABLE stale_marks (
    kind      VARCHAR NOT NULL,
    name      VARCHAR NOT NULL,
    symbol    VARCHAR NOT NULL,
    interval  VARCHAR NOT NULL,
    from_ts   TIMESTAMP NOT NULL,
    reason    VARCHAR NOT NULL,
    marked_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE stale_marks IS 'What no longer follows from the bars it was made of, and since which bar; a rebuild clears it';
COMMENT ON COLUMN stale_marks.kind IS 'features, labels or bars (derived from other bars)';
COMMENT ON COLUMN stale_marks.name IS 'Feature set, label set, or how the bars were derived: resample, adjust';
COMMENT ON COLUMN stale_marks.symbol IS 'Instrument';
COMMENT ON COLUMN stale_marks.interval IS 'Bar length';
COMMENT ON COLUMN stale_marks.from_ts IS 'UTC start of the first row that may differ; rows before it still hold';
COMMENT ON COLUMN stale_marks.reason IS 'What changed, for a reader';
COMMENT ON COLUMN stale_marks.marked_at IS 'UTC time of the mark';

COMMENT ON COLUMN bars_rejected.reason IS 'Reason code: unparsable, non_finite, non_positive_price, high_below_body, low_above_body, negative_volume, outside_session, off_grid, duplicate';
COMMENT ON COLUMN bars_rejected.line IS 'Line in a text file, row in a Parquet file; 1 is the first';
COMMENT ON COLUMN bars.source IS 'Where it came from: csv, parquet, synthetic, resample, adjust or a vendor';

ALTER TABLE instruments ADD COLUMN base_symbol VARCHAR;
COMMENT ON COLUMN instruments.base_symbol IS 'Instrument whose raw bars and corporate actions this one is adjusted from; NULL for all others';
