-- Whether the winner of an experiment could be luck, from what was measured of it.
WITH measured AS (
    SELECT
        max(value) FILTER (measure = 'deflated_sharpe') AS deflated,
        max(value) FILTER (measure = 'pbo')             AS pbo,
        max(value) FILTER (measure = 'spa_p')           AS spa_p,
        max(value) FILTER (measure = 'test_sharpe')     AS test_sharpe
    FROM experiment_luck
    WHERE experiment_id = $1
    HAVING count(*) > 0
)
SELECT
    CASE WHEN deflated > 0.95 AND pbo < 0.5 AND spa_p < 0.05 AND test_sharpe > 0 THEN 'skill' ELSE 'could be luck' END AS verdict,
    coalesce(deflated > 0.95 AND pbo < 0.5 AND spa_p < 0.05 AND test_sharpe > 0, false) AS is_promotable,
    concat('deflated Sharpe ', round(deflated, 4), ', PBO ', round(pbo, 4), ', SPA p ', round(spa_p, 4),
           ', Sharpe on the test period ', round(test_sharpe, 4)) AS reason
FROM measured
