-- Fingerprint of who belonged to a universe when.
SELECT count(*) || ':' || to_base(CAST(coalesce(bit_xor(hash(symbol, "from", "to")), 0) // 2 AS BIGINT), 36)
FROM universe
WHERE name = $1
