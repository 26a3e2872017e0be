-- Raw bars of one series times the factors of the actions after them. $1 symbol, $2 interval.
CREATE OR REPLACE TEMP TABLE derived_bars AS
SELECT
    b.ts,
    b.close_ts,
    b.session_date,
    b.open * coalesce(f.price_factor, 1) AS open,
    b.high * coalesce(f.price_factor, 1) AS high,
    b.low * coalesce(f.price_factor, 1) AS low,
    b.close * coalesce(f.price_factor, 1) AS close,
    b.volume / coalesce(f.split_factor, 1) AS volume,
    b.vwap * coalesce(f.price_factor, 1) AS vwap
FROM bars AS b
ASOF LEFT JOIN derived_factors AS f ON b.session_date < f.ex_date
WHERE b.symbol = $1 AND b.interval = $2
