-- Inserts staged bars that are not stored; ordered, so that scans by symbol and time touch few row groups.
INSERT INTO bars BY NAME
SELECT s.*, 'raw' AS adjustment, $1 AS source, make_timestamp($2) AS ingested_at
FROM staged_bars s
ANTI JOIN bars b ON b.symbol = s.symbol AND b.interval = s.interval AND b.ts = s.ts
ORDER BY s.symbol, s.ts
