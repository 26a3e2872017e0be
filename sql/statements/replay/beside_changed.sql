-- What else came in after a time that a run may have read. $1 symbols joined by line feeds, $2 the time.
WITH asked AS (SELECT unnest(string_split($1, chr(10))) AS symbol)
SELECT (SELECT count(*) FROM corporate_actions SEMI JOIN asked USING (symbol) WHERE added_at > make_timestamp($2)),
       (SELECT count(*) FROM sentiment_snapshots SEMI JOIN asked USING (symbol) WHERE fetched_at > make_timestamp($2))
