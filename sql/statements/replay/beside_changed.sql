-- What else came in after a time that a run may have read. $1 symbols joined by line feeds, $2 the time.
WITH asked AS (SELECT unnest(string_split($1, chr(10))) AS symbol),
-- An adjusted series has the actions of the one that it was made from.
acting AS (
    SELECT DISTINCT coalesce(i.base_symbol, q.symbol) AS symbol
    FROM asked AS q
    LEFT JOIN instruments AS i ON i.symbol = q.symbol
)
SELECT (SELECT count(*) FROM corporate_actions SEMI JOIN acting USING (symbol) WHERE added_at > make_timestamp($2)),
       (SELECT count(*) FROM sentiment_snapshots SEMI JOIN asked USING (symbol) WHERE fetched_at > make_timestamp($2))
