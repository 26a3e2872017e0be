-- Scores of a symbol as they became known, one a time: of several providers the most confident one, then the first by
-- name, then the newest fetched, as features have it.
SELECT epoch_us(known_ts), score
FROM sentiment_snapshots
WHERE symbol = $1
QUALIFY row_number() OVER (PARTITION BY known_ts ORDER BY confidence DESC, provider, fetched_at DESC, score) = 1
ORDER BY known_ts
