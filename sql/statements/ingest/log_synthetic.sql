-- One row a simulation. $1 seed, $2 interval, $3 calendar, $4 drift, $5 generator, $6 now.
INSERT INTO synthetic_markets BY NAME
SELECT $1 AS seed, $2 AS interval, count(DISTINCT symbol) AS symbols, count(DISTINCT date) AS sessions,
       min(date) AS first_date, max(date) AS last_date, $3 AS calendar, $4 AS drift, $5 AS generator,
       make_timestamp($6) AS simulated_at
FROM synthetic_truth WHERE seed = $1 AND interval = $2
