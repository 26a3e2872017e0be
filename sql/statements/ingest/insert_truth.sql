-- What a batch of sessions was drawn from. $1, $2 rows, $3 symbol, $4 interval, $5 seed.
INSERT INTO synthetic_truth BY NAME
SELECT *, $3 AS symbol, $4 AS interval, $5 AS seed FROM (FROM arrow($1) UNION ALL FROM arrow($2))
