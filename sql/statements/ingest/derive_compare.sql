-- Derived bars beside stored ones: new, different, or (own ones within the derived range) gone. Sums of the same numbers
-- in another order differ in the last digits: that is no difference. $1 symbol, $2 interval, $3 source, $4 adjustment.
CREATE OR REPLACE TEMP TABLE derived_changes AS
WITH
stored AS (
    SELECT * FROM bars WHERE symbol = $1 AND interval = $2
),
span AS (
    SELECT min(ts) AS first_ts, max(ts) AS last_ts FROM derived_bars
)
SELECT
    coalesce(d.ts, b.ts)            AS ts,
    b.ts IS NOT NULL                AS is_stored,
    d.ts IS NOT NULL                AS is_derived,
    coalesce(b.source = $3, false)  AS is_own
FROM derived_bars AS d
FULL JOIN stored AS b ON b.ts = d.ts
WHERE b.ts IS NULL
    OR (d.ts IS NULL AND b.source = $3 AND b.ts BETWEEN (SELECT first_ts FROM span) AND (SELECT last_ts FROM span))
    OR (d.ts IS NOT NULL AND (
        greatest(
            abs(b.open - d.open) / d.open, abs(b.high - d.high) / d.high,
            abs(b.low - d.low) / d.low, abs(b.close - d.close) / d.close
        ) > 1e-12
        OR (b.volume IS NULL) <> (d.volume IS NULL)
        OR coalesce(abs(b.volume - d.volume) > 1e-12 * d.volume, false)
        OR b.adjustment <> $4
        OR (b.source = $3 AND (
            (b.vwap IS NULL) <> (d.vwap IS NULL)
            OR coalesce(abs(b.vwap - d.vwap) > 1e-12 * d.vwap, false)
            OR b.close_ts <> d.close_ts
            OR b.session_date <> d.session_date
        ))
    ))
