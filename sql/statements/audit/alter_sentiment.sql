-- Sentiment as it might have been: what was known by the cut ($1, microseconds) as it is; later snapshots say something
-- else or are gone, and every symbol has a new one right after the cut. $2 is the seed.
INSERT INTO sentiment_snapshots BY NAME
SELECT * REPLACE (CASE WHEN epoch_us(known_ts) > $1 THEN hash(symbol, known_ts, $2) % 2001 / 1000 - 1 ELSE score END AS score)
FROM audit_sentiment
WHERE epoch_us(known_ts) <= $1 OR hash(symbol, known_ts, $2) % 4 > 0
UNION ALL BY NAME
SELECT DISTINCT symbol, make_timestamp($1 + 1) AS known_ts, CAST(make_timestamp($1) AS DATE) AS date, 'audit' AS provider,
       CASE WHEN hash(symbol, $2) % 2 = 0 THEN 1.0 ELSE -1.0 END AS score, 1.0 AS confidence,
       make_timestamp($1 + 1) AS fetched_at
FROM audit_bars
