-- The first ingest of a symbol registers it; nothing is guessed from its name. What a later one knows is filled in.
-- $1 symbol, $2 now, $3 exchange, $4 calendar, $5 currency.
INSERT INTO instruments (symbol, exchange, calendar, currency, asset_id, first_seen_at)
SELECT $1, $3, $4, $5, (SELECT coalesce(max(asset_id) + 1, 0) FROM instruments), make_timestamp($2)
WHERE NOT EXISTS (FROM instruments WHERE symbol = $1)
