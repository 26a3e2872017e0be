-- New and changed memberships. $1 source, $2 now.
INSERT INTO universe BY NAME
SELECT s.*, $1 AS source, make_timestamp($2) AS added_at
FROM staged_members AS s
ANTI JOIN universe AS u ON u.name = s.name AND u.symbol = s.symbol AND u."from" = s."from"
ORDER BY s.name, s.symbol, s."from"
