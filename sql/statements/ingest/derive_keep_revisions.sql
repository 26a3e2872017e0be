-- A replaced bar is kept as it was. $1 symbol, $2 interval, $3 now.
INSERT INTO bars_revisions BY NAME
SELECT b.*, make_timestamp($3) AS replaced_at
FROM bars AS b
SEMI JOIN derived_changes AS c ON c.is_stored AND b.ts = c.ts
WHERE b.symbol = $1 AND b.interval = $2
