-- about: Refused input rows with their place and reason
-- params: file VARCHAR = NULL, reason VARCHAR = NULL, limit BIGINT = 50
SELECT file, line, symbol, interval, reason, detail, raw, rejected_at
FROM bars_rejected
WHERE ($file IS NULL OR contains(file, $file)) AND ($reason IS NULL OR reason = $reason)
ORDER BY rejected_at DESC, file, line
LIMIT $limit
