-- Rows that come after everything stored of their symbols. $1 interval, $2 adjustment, $3 source, $4 now.
INSERT INTO bars BY NAME
SELECT * EXCLUDE (line), $1 AS interval, $2 AS adjustment, $3 AS source, make_timestamp($4) AS ingested_at
FROM staged_bars
