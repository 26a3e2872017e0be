-- Sentiment fetched by a time. $1 symbols joined by line feeds (empty: all), $2 the time.
SELECT * FROM sentiment_snapshots WHERE ($1 = '' OR symbol IN (SELECT unnest(string_split($1, chr(10))))) AND fetched_at <= make_timestamp($2)
