-- Where the rows of one file wait for the merge.
CREATE OR REPLACE TEMP TABLE staged_bars (
    symbol VARCHAR, interval VARCHAR, ts TIMESTAMP, close_ts TIMESTAMP, session_date DATE,
    open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, vwap DOUBLE
)
