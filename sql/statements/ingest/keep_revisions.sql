-- A replaced bar is kept as it was, so that older runs can be replayed. $1 interval, $2 now.
INSERT INTO bars_revisions BY NAME
SELECT b.*, make_timestamp($2) AS replaced_at
FROM bars b
JOIN staged_changes c ON c.is_stored AND b.symbol = c.symbol AND b.ts = c.ts
WHERE b.interval = $1
