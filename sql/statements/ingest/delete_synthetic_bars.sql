-- A new simulation replaces the earlier one; bars from elsewhere are never touched.
DELETE FROM bars WHERE symbol = $1 AND interval = $2 AND source = 'synthetic'
