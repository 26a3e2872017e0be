-- about: Files taken in, the newest first, with what became of their rows
-- params: file VARCHAR = NULL, limit BIGINT = 20
SELECT
    ingested_at,
    file,
    array_to_string(symbols, ', ')              AS symbols,
    interval,
    rows_read,
    rows_inserted,
    rows_updated,
    rows_unchanged,
    rows_rejected,
    bytes,
    left(sha256, 12)                            AS sha256
FROM ingest_log
WHERE $file IS NULL OR contains(file, $file)
ORDER BY ingested_at DESC, file
LIMIT $limit
