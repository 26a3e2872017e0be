-- The first ingest of a symbol registers it; nothing is guessed from its name.
INSERT INTO instruments (symbol, asset_id, first_seen_at)
SELECT $1, (SELECT coalesce(max(asset_id) + 1, 0) FROM instruments), make_timestamp($2)
WHERE NOT EXISTS (FROM instruments WHERE symbol = $1)
