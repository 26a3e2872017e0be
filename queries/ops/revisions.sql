-- about: Bars that a later ingest replaced, and how far the close moved
-- params: symbol VARCHAR = NULL, limit BIGINT = 50
SELECT
    r.symbol,
    r.interval,
    r.ts,
    r.close               AS old_close,
    b.close               AS new_close,
    b.close / r.close - 1 AS change,
    r.volume              AS old_volume,
    b.volume              AS new_volume,
    r.source              AS old_source,
    r.replaced_at
FROM bars_revisions AS r
LEFT JOIN bars AS b ON b.symbol = r.symbol AND b.interval = r.interval AND b.ts = r.ts
WHERE $symbol IS NULL OR r.symbol = $symbol
ORDER BY r.replaced_at DESC, r.symbol, r.interval, r.ts
LIMIT $limit
