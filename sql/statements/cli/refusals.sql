-- Refused orders of a run by kind of reason, the most frequent first, as one text. $1 run.
SELECT string_agg(kind || ' ' || n, ', ' ORDER BY n DESC, kind)
FROM (
    SELECT split_part(reason, ':', 1) AS kind, count(*) AS n
    FROM orders
    WHERE run_id = $1 AND status = 'refused'
    GROUP BY kind
)
