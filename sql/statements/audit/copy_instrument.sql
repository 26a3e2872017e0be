-- An instrument.
SELECT symbol, exchange, calendar, currency, tick_size, lot_size, multiplier, asset_id, first_seen_at, base_symbol
FROM instruments
WHERE symbol = $1
