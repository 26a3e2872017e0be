-- Monte Carlo: how far the result of a run would have varied had its days or trades come otherwise.
CREATE TABLE montecarlo (
    montecarlo_id  VARCHAR NOT NULL,
    run_id         VARCHAR NOT NULL,
    made_at        TIMESTAMP NOT NULL,
    code_version   VARCHAR NOT NULL,
    seed           BIGINT NOT NULL,
    source         VARCHAR NOT NULL,
    method         VARCHAR NOT NULL,
    observations   BIGINT NOT NULL,
    paths          BIGINT NOT NULL,
    block_length   DOUBLE,
    metric         VARCHAR NOT NULL,
    observed       DOUBLE,
    mean           DOUBLE,
    p2_5           DOUBLE,
    p5             DOUBLE,
    p25            DOUBLE,
    p50            DOUBLE,
    p75            DOUBLE,
    p95            DOUBLE,
    p97_5          DOUBLE,
    share_below    DOUBLE,
    share_negative DOUBLE
);
COMMENT ON TABLE montecarlo IS 'How a metric of a run spreads over paths resampled from its own returns; unique by montecarlo_id, source, method, metric';
COMMENT ON COLUMN montecarlo.montecarlo_id IS 'Identity of one simulation with all its methods';
COMMENT ON COLUMN montecarlo.run_id IS 'Run resampled';
COMMENT ON COLUMN montecarlo.made_at IS 'UTC time of the simulation';
COMMENT ON COLUMN montecarlo.code_version IS 'Version of the program, with the commit when built from one';
COMMENT ON COLUMN montecarlo.seed IS 'Random seed; with the other settings it gives the same paths again';
COMMENT ON COLUMN montecarlo.source IS 'returns: days of run_returns; trades: pnl of closed trades against the account the trades before had left';
COMMENT ON COLUMN montecarlo.method IS 'bootstrap: single observations with replacement; block: stationary bootstrap; shuffle: another order of the same observations';
COMMENT ON COLUMN montecarlo.observations IS 'Days or trades resampled, and steps of each path';
COMMENT ON COLUMN montecarlo.paths IS 'Paths drawn';
COMMENT ON COLUMN montecarlo.block_length IS 'Mean length of blocks in observations; NULL for the other methods';
COMMENT ON COLUMN montecarlo.metric IS 'total_return, cagr, max_drawdown (at the ends of observations) or sharpe';
COMMENT ON COLUMN montecarlo.observed IS 'Value of the run itself by the same observations; NULL is unknown';
COMMENT ON COLUMN montecarlo.mean IS 'Mean over the paths';
COMMENT ON COLUMN montecarlo.p2_5 IS 'Value that 2.5 % of the paths stay below: lower end of the 95 % interval';
COMMENT ON COLUMN montecarlo.p5 IS 'Value that 5 % of the paths stay below';
COMMENT ON COLUMN montecarlo.p25 IS 'Value that 25 % of the paths stay below';
COMMENT ON COLUMN montecarlo.p50 IS 'Median over the paths';
COMMENT ON COLUMN montecarlo.p75 IS 'Value that 75 % of the paths stay below';
COMMENT ON COLUMN montecarlo.p95 IS 'Value that 95 % of the paths stay below';
COMMENT ON COLUMN montecarlo.p97_5 IS 'Value that 97.5 % of the paths stay below: upper end of the 95 % interval';
COMMENT ON COLUMN montecarlo.share_below IS 'Share of the paths below observed, a fraction: of max_drawdown, the probability of a deeper one; NULL where the method can not change the metric';
COMMENT ON COLUMN montecarlo.share_negative IS 'Share of the paths below 0, a fraction: of total_return, the probability of a loss; NULL where the method can not change the metric';
