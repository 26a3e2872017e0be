-- The same file told these rows before.
DELETE FROM bars_rejected WHERE ingest_id = $1
