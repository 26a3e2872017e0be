-- New and changed derived bars. $1 symbol, $2 interval, $3 source, $4 adjustment, $5 now.
INSERT INTO bars BY NAME
SELECT
    $1 AS symbol, $2 AS interval, ts, close_ts, session_date, open, high, low, close, volume, vwap,
    $4 AS adjustment, $3 AS source, make_timestamp($5) AS ingested_at
FROM derived_bars AS d
SEMI JOIN derived_changes AS c ON c.is_derived AND c.ts = d.ts
ORDER BY ts
