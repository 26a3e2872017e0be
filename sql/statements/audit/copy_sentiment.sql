-- The newest snapshots of a symbol known from a time on, and the one before it.
SELECT symbol, known_ts, date, provider, score, confidence, fetched_at
FROM sentiment_snapshots
WHERE symbol = $1
  AND known_ts >= coalesce((SELECT max(known_ts) FROM sentiment_snapshots
                            WHERE symbol = $1 AND known_ts <= make_timestamp($2)), make_timestamp($2))
