-- The metrics of finished runs from the view, taken once for everybody who wants them now. Run ids come joined by line feeds;
-- the first and the last of them in their order, $2 and $3, spare the scans all other runs.
CREATE OR REPLACE TEMP TABLE performance_of_finished AS
SELECT *
FROM run_performance
WHERE run_id BETWEEN $2 AND $3 AND run_id IN (SELECT unnest(string_split($1, chr(10))))
