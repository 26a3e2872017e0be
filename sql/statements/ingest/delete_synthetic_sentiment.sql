-- A new simulation replaces the earlier scores.
DELETE FROM sentiment_snapshots WHERE symbol = $1 AND provider = 'synthetic'
