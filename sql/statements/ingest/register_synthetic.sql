-- A simulated symbol is registered as what it is. $1 symbol, $2 now, $3 calendar when it is a real one, $4 currency.
INSERT INTO instruments (symbol, exchange, calendar, currency, tick_size, asset_id, first_seen_at)
SELECT $1, 'SYNTHETIC', $3, $4, 0.01, (SELECT coalesce(max(asset_id) + 1, 0) FROM instruments), make_timestamp($2)
WHERE NOT EXISTS (FROM instruments WHERE symbol = $1)
