-- A ledger of everything that was tried on some days, so that the luck of a search counts it all: backtests and cells of campaigns
-- beside trials, also those whose runs are gone. Rows are only ever added.
CREATE TABLE tries (
    run_id        VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,
    experiment_id VARCHAR,
    tried_at      TIMESTAMP NOT NULL,
    symbols       VARCHAR[] NOT NULL,
    interval      VARCHAR,
    from_day      DATE NOT NULL,
    to_day        DATE NOT NULL,
    identity      VARCHAR NOT NULL,
    days          DATE[],
    returns       DOUBLE[]
);
COMMENT ON TABLE tries IS 'Ledger of everything tried on some days, whether or not its run is still there; rows are only added. Unique by run_id';
COMMENT ON COLUMN tries.run_id IS 'Run that tried it; it may have been deleted since';
COMMENT ON COLUMN tries.kind IS 'trial (finished or pruned, the baseline left out), backtest, or campaign: a cell of one';
COMMENT ON COLUMN tries.experiment_id IS 'Experiment that it is a trial of, or whose winner or baseline it tested; NULL otherwise';
COMMENT ON COLUMN tries.tried_at IS 'UTC start';
COMMENT ON COLUMN tries.symbols IS 'Instruments, sorted';
COMMENT ON COLUMN tries.interval IS 'Bar length';
COMMENT ON COLUMN tries.from_day IS 'First trading day; of a trial the first day of the development period it may trade';
COMMENT ON COLUMN tries.to_day IS 'Last trading day; of a trial the last day of the development period';
COMMENT ON COLUMN tries.identity IS 'SHA-256 of what was tried: strategy, instruments, interval and every setting but the period; of a model also its seed or its id. Tries of one identity are one';
COMMENT ON COLUMN tries.days IS 'Trading days of returns; NULL unless it is a finished trial within its constraints and no repetition';
COMMENT ON COLUMN tries.returns IS 'Daily returns, fractions; NULL likewise';

ALTER TABLE trials ADD COLUMN repeat_of BIGINT;
COMMENT ON COLUMN trials.repeat_of IS 'Earlier trial of the same combination, whose results these are: it was not evaluated again and does not count; NULL: evaluated';
COMMENT ON COLUMN experiment_splits.trial IS 'The trial with the best Sharpe ratio in the first half, of this experiment alone; -1, in experiments of versions before this ledger, is one of an earlier experiment on the same days';
COMMENT ON COLUMN experiment_luck.measure IS 'deflated_sharpe, probabilistic_sharpe, pbo, reality_check_p, spa_p and what they rest on; those ending in _own are of this experiment''s trials, those in _union of these with earlier experiments'' on the same days';

-- What was tried before there was a ledger.
INSERT INTO tries
WITH settings AS (
    SELECT run_id, string_agg(key || '=' || coalesce(value, ''), chr(10) ORDER BY key) AS text
    FROM run_params
    WHERE key NOT IN ('from', 'to', 'audit', 'periods_per_year') AND NOT starts_with(key, 'searched.') AND NOT starts_with(key, 'note.')
    GROUP BY run_id
),
returned AS (
    SELECT run_id, min(session_date) AS first_day, max(session_date) AS last_day, list(session_date ORDER BY session_date) AS days,
           list("return" ORDER BY session_date) AS returns
    FROM run_returns
    GROUP BY run_id
)
SELECT
    r.run_id,
    CASE WHEN t.run_id IS NOT NULL THEN 'trial' WHEN c.run_id IS NOT NULL THEN 'campaign' ELSE 'backtest' END,
    coalesce(t.experiment_id, p.experiment_id),
    r.started_at,
    coalesce(r.symbols, []),
    r.interval,
    coalesce(CAST(e.dev_from AS DATE), d.first_day),
    coalesce(CAST(e.test_from - INTERVAL 1 MICROSECOND AS DATE), d.last_day),
    sha256(concat_ws(chr(10), r.strategy, array_to_string(r.symbols, ','), r.interval,
                     CASE WHEN e.subject = 'model' THEN CAST(r.seed AS VARCHAR) ELSE r.model_id END, s.text)),
    CASE WHEN t.state = 'finished' AND t.violation <= 0 THEN d.days END,
    CASE WHEN t.state = 'finished' AND t.violation <= 0 THEN d.returns END
FROM runs AS r
LEFT JOIN returned AS d ON d.run_id = r.run_id
LEFT JOIN settings AS s ON s.run_id = r.run_id
LEFT JOIN trials AS t ON t.run_id = r.run_id
LEFT JOIN experiments AS e ON e.experiment_id = t.experiment_id
LEFT JOIN trials AS p ON p.run_id = r.parent_run_id AND r.kind = 'backtest'
LEFT JOIN (SELECT DISTINCT run_id FROM campaign_cells WHERE run_id IS NOT NULL) AS c ON c.run_id = r.run_id
WHERE (r.kind = 'backtest' AND r.status = 'finished' AND d.first_day IS NOT NULL)
   OR (t.trial > 0 AND t.state IN ('finished', 'pruned') AND e.experiment_id IS NOT NULL);
