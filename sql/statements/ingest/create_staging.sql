-- Where the rows of one file wait to be appended or merged.
CREATE OR REPLACE TEMP TABLE staged_bars (
    symbol VARCHAR, line BIGINT, ts TIMESTAMP, close_ts TIMESTAMP, session_date DATE,
    open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, vwap DOUBLE
)
