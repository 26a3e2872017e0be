-- about: Bars as strategies, features and labels see them: raw ones adjusted for splits forward, prices x and volume / the product of the splits up to the session
-- grain: symbol, interval, ts
-- col symbol: Instrument
-- col interval: Bar length
-- col ts: UTC start of the bar
-- col close_ts: UTC time at which the bar was complete and known
-- col session_date: Trading day of the exchange
-- col open: First price x factor
-- col high: Highest price x factor
-- col low: Lowest price x factor
-- col close: Last price x factor
-- col volume: Units traded / factor; NULL when the source has none
-- col vwap: Volume-weighted average price x factor; NULL when the source has none
-- col factor: Product of the splits registered with an ex-date up to session_date; 1 on bars that their source adjusted
-- No default value in lead(): DuckDB 1.5 can't read it in a view that DuckDB 2 stored.
WITH factors AS (
    SELECT
        symbol,
        ex_date,
        coalesce(lead(ex_date) OVER by_date, DATE '9999-12-31') AS next_date,
        product(split) OVER by_date                             AS factor
    FROM corporate_actions
    WHERE split > 0
    WINDOW by_date AS (PARTITION BY symbol ORDER BY ex_date)
)
-- A hash join by symbol over the few splits: bars stream through, nothing is sorted.
SELECT
    b.symbol,
    b.interval,
    b.ts,
    b.close_ts,
    b.session_date,
    b.open * coalesce(f.factor, 1)      AS open,
    b.high * coalesce(f.factor, 1)      AS high,
    b.low * coalesce(f.factor, 1)       AS low,
    b.close * coalesce(f.factor, 1)     AS close,
    b.volume / coalesce(f.factor, 1)    AS volume,
    b.vwap * coalesce(f.factor, 1)      AS vwap,
    coalesce(f.factor, 1)               AS factor
FROM bars AS b
LEFT JOIN factors AS f
    ON f.symbol = b.symbol AND b.session_date >= f.ex_date AND b.session_date < f.next_date AND b.adjustment = 'raw'
