-- Makes room for altered sentiment.
DELETE FROM sentiment_snapshots
