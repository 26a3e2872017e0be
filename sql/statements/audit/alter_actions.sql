-- Corporate actions as they might have been: those up to the last session known by the cut ($1, microseconds) as they
-- are; instead of later ones every symbol has a split soon after. $2 is the seed.
INSERT INTO corporate_actions BY NAME
WITH last AS (SELECT max(session_date) AS date FROM audit_bars WHERE epoch_us(close_ts) <= $1)
SELECT a.* FROM audit_actions a, last WHERE a.ex_date <= last.date
UNION ALL BY NAME
SELECT DISTINCT b.symbol, last.date + 1 + CAST(hash(b.symbol, $2) % 5 AS INTEGER) AS ex_date,
       2.0 + hash(b.symbol, $2) % 7 AS split, 'audit' AS source, make_timestamp($1) AS added_at
FROM audit_bars b, last
WHERE last.date IS NOT NULL
