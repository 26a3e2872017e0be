-- Who has seen the test period of an experiment besides itself: other experiments that have looked at an overlapping one, trials
-- that were developed on days of it, and backtests and cells of campaigns on at least half of its days, all on any of the same
-- symbols, whatever the length of the bars. $1 experiment.
WITH own AS (
    SELECT e.experiment_id, e.test_from, e.test_to, CAST(e.test_from AS DATE) AS from_day,
           CAST(e.test_to - INTERVAL 1 MICROSECOND AS DATE) AS to_day, r.symbols
    FROM experiments AS e
    JOIN runs AS r ON r.run_id = e.experiment_id
    WHERE e.experiment_id = $1
),
tried AS (
    SELECT t.kind, t.experiment_id,
           2 * (date_diff('day', greatest(t.from_day, o.from_day), least(t.to_day, o.to_day)) + 1) >= date_diff('day', o.from_day, o.to_day) + 1 AS is_half
    FROM tries AS t
    CROSS JOIN own AS o
    WHERE t.experiment_id IS DISTINCT FROM o.experiment_id AND list_has_any(t.symbols, o.symbols)
      AND t.from_day <= o.to_day AND t.to_day >= o.from_day
)
SELECT
    (SELECT count(DISTINCT l.experiment_id) FROM test_looks AS l CROSS JOIN own AS o
     WHERE l.experiment_id <> o.experiment_id AND l.test_from < o.test_to AND l.test_to > o.test_from AND list_has_any(l.symbols, o.symbols)),
    (SELECT count(*) FROM tried WHERE kind = 'trial'),
    (SELECT count(*) FROM tried WHERE kind <> 'trial' AND experiment_id IS NULL AND is_half)
