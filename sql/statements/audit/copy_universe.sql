-- Memberships of a symbol.
SELECT name, symbol, "from", "to", source, added_at FROM universe WHERE symbol = $1
