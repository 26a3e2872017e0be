-- Sentiment fetched by a time. $1 symbol (empty: all), $2 the time.
SELECT * FROM sentiment_snapshots WHERE ($1 = '' OR symbol = $1) AND fetched_at <= make_timestamp($2)
