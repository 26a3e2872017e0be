-- New and changed bars; ordered, so that scans by symbol and time touch few row groups.
-- $1 interval, $2 adjustment, $3 source, $4 now.
INSERT INTO bars BY NAME
SELECT s.* EXCLUDE (line), $1 AS interval, $2 AS adjustment, $3 AS source, make_timestamp($4) AS ingested_at
FROM staged_bars s SEMI JOIN staged_changes c ON c.symbol = s.symbol AND c.ts = s.ts
ORDER BY s.symbol, s.ts
