-- One row a file that changed something or is new. Symbols come joined by line feeds.
INSERT INTO ingest_log
SELECT $1, $2, $3, $4, CASE WHEN $5 = '' THEN [] ELSE string_split($5, chr(10)) END, $6, $7, $8, $9, $10, $11,
       make_timestamp($12)
