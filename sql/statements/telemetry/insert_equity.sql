-- Account values of a run, in order. $1 and $2 rows, $3 run.
INSERT INTO equity (run_id, ts, session_date, equity, cash, exposure, benchmark)
SELECT $3, ts, session_date, equity, cash, exposure, benchmark
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
