-- The calendar of an instrument, when its sessions are known. $1 symbol.
SELECT max(calendar) FROM instruments WHERE symbol = $1 AND calendar IN (SELECT calendar FROM sessions)
