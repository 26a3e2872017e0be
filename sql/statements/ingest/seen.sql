-- Whether the same bytes were logged before, under whatever name.
SELECT count(*) FROM ingest_log WHERE sha256 = $1
