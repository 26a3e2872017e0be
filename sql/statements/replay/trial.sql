-- What a trial came to, as texts that keep every digit; its state and error as the trial and its run have them. $1 run.
SELECT CASE WHEN t.state = r.status THEN t.state ELSE t.state || ', its run ' || r.status END           AS state,
       t.params,
       CAST(t.scores AS VARCHAR)                                                                        AS scores,
       CAST(t.steps AS VARCHAR)                                                                         AS steps,
       CAST(t.violation AS VARCHAR)                                                                     AS violation,
       CASE WHEN t.error IS NOT DISTINCT FROM r.error THEN t.error
            ELSE coalesce(t.error, 'none') || ', its run ' || coalesce(r.error, 'none') END             AS error,
       CAST(t.n_kept AS VARCHAR)                                                                        AS n_kept
FROM trials AS t
JOIN runs AS r ON r.run_id = t.run_id
WHERE t.run_id = $1
