-- Sentiment that became known after a time, of every symbol. $1 microseconds.
SELECT symbol, known_ts, score, confidence, provider, fetched_at
FROM sentiment_snapshots
WHERE known_ts > make_timestamp(CAST($1 AS BIGINT))
