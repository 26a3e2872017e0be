-- A simulated symbol is registered as what it is.
INSERT INTO instruments (symbol, exchange, currency, tick_size, asset_id, first_seen_at)
SELECT $1, 'SYNTHETIC', 'USD', 0.01, (SELECT coalesce(max(asset_id) + 1, 0) FROM instruments), make_timestamp($2)
WHERE NOT EXISTS (FROM instruments WHERE symbol = $1)
