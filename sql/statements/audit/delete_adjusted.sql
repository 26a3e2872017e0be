-- Makes room for an adjusted series that is derived again.
DELETE FROM bars WHERE symbol = $1 AND interval = $2
