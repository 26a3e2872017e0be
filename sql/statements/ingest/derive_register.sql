-- A derived series is an instrument like the one it follows from; its prices keep to no tick. $1 new, $2 base, $3 now.
INSERT INTO instruments (symbol, exchange, calendar, currency, lot_size, multiplier, base_symbol, asset_id, first_seen_at)
SELECT $1, exchange, calendar, currency, lot_size, multiplier, symbol,
       (SELECT coalesce(max(asset_id) + 1, 0) FROM instruments), make_timestamp($3)
FROM instruments
WHERE symbol = $2 AND NOT EXISTS (FROM instruments WHERE symbol = $1)
