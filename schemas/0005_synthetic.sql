-- What a simulated market was made of, so that estimates can be held against the truth.
CREATE TABLE synthetic_markets (
    seed         UBIGINT NOT NULL,
    interval     VARCHAR NOT NULL,
    symbols      INTEGER NOT NULL,
    sessions     INTEGER NOT NULL,
    first_date   DATE NOT NULL,
    last_date    DATE NOT NULL,
    calendar     VARCHAR NOT NULL,
    drift        DOUBLE NOT NULL,
    generator    INTEGER NOT NULL,
    simulated_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE synthetic_markets IS 'One row a simulation; the same seed, sizes, calendar and generator give the same bars';
COMMENT ON COLUMN synthetic_markets.seed IS 'Random seed';
COMMENT ON COLUMN synthetic_markets.interval IS 'Bar length';
COMMENT ON COLUMN synthetic_markets.symbols IS 'Number of symbols: SYN001, SYN002, ..';
COMMENT ON COLUMN synthetic_markets.sessions IS 'Trading sessions';
COMMENT ON COLUMN synthetic_markets.first_date IS 'First session';
COMMENT ON COLUMN synthetic_markets.last_date IS 'Last session';
COMMENT ON COLUMN synthetic_markets.calendar IS 'Calendar of the sessions, SYNTHETIC for the made-up one';
COMMENT ON COLUMN synthetic_markets.drift IS 'What a full sentiment score adds to the mean of its session, in standard deviations; 0 is nothing to find';
COMMENT ON COLUMN synthetic_markets.generator IS 'Version of the generator';
COMMENT ON COLUMN synthetic_markets.simulated_at IS 'UTC time of the simulation';

CREATE TABLE synthetic_truth (
    symbol          VARCHAR NOT NULL,
    interval        VARCHAR NOT NULL,
    date            DATE NOT NULL,
    seed            UBIGINT NOT NULL,
    beta            DOUBLE NOT NULL,
    market_regime   VARCHAR NOT NULL,
    own_regime      VARCHAR NOT NULL,
    market_sigma    DOUBLE NOT NULL,
    own_sigma       DOUBLE NOT NULL,
    gap             DOUBLE NOT NULL,
    expected_return DOUBLE NOT NULL
);
COMMENT ON TABLE synthetic_truth IS 'What each simulated session was drawn from; unique by symbol, interval, date';
COMMENT ON COLUMN synthetic_truth.symbol IS 'Simulated instrument';
COMMENT ON COLUMN synthetic_truth.interval IS 'Bar length of the simulation';
COMMENT ON COLUMN synthetic_truth.date IS 'Session';
COMMENT ON COLUMN synthetic_truth.seed IS 'Random seed of the simulation';
COMMENT ON COLUMN synthetic_truth.beta IS 'Loading on the market factor, the same for every session of a symbol';
COMMENT ON COLUMN synthetic_truth.market_regime IS 'calm or stressed: regime of the market factor';
COMMENT ON COLUMN synthetic_truth.own_regime IS 'calm or stressed: regime of the idiosyncratic part';
COMMENT ON COLUMN synthetic_truth.market_sigma IS 'Standard deviation of the market factor over a day, gap included, as a log return';
COMMENT ON COLUMN synthetic_truth.own_sigma IS 'Standard deviation of the idiosyncratic part over a day, gap included, as a log return';
COMMENT ON COLUMN synthetic_truth.gap IS 'Log return from the close before to the open';
COMMENT ON COLUMN synthetic_truth.expected_return IS 'Planted mean of the log return from open to close: drift x sentiment score x total sigma';
