-- Whether this very file was logged before.
SELECT count(*) FROM ingest_log WHERE file = $1 AND sha256 = $2
