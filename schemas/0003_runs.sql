-- Runs and what they leave behind: lineage, parameters, metrics, trades, equity.
CREATE TABLE runs (
    run_id           VARCHAR NOT NULL,
    parent_run_id    VARCHAR,
    kind             VARCHAR NOT NULL,
    mode             VARCHAR NOT NULL,
    name             VARCHAR,
    status           VARCHAR NOT NULL,
    started_at       TIMESTAMP NOT NULL,
    ended_at         TIMESTAMP,
    seed             BIGINT,
    code_version     VARCHAR NOT NULL,
    data_fingerprint VARCHAR,
    feature_set_hash VARCHAR,
    data_as_of       TIMESTAMP,
    model_id         VARCHAR,
    strategy         VARCHAR,
    interval         VARCHAR,
    symbols          VARCHAR[],
    error            VARCHAR
);
COMMENT ON TABLE runs IS 'One row a train, evaluate or backtest run: the root of all lineage';
COMMENT ON COLUMN runs.run_id IS 'Key';
COMMENT ON COLUMN runs.parent_run_id IS 'Run this one follows from (a backtest of a model: its training run)';
COMMENT ON COLUMN runs.kind IS 'train, evaluate or backtest';
COMMENT ON COLUMN runs.mode IS 'research or backtest';
COMMENT ON COLUMN runs.name IS 'Given name';
COMMENT ON COLUMN runs.status IS 'running, finished or failed';
COMMENT ON COLUMN runs.started_at IS 'UTC start';
COMMENT ON COLUMN runs.ended_at IS 'UTC end; NULL while running';
COMMENT ON COLUMN runs.seed IS 'Random seed';
COMMENT ON COLUMN runs.code_version IS 'Version of the program, with the commit when built from one';
COMMENT ON COLUMN runs.data_fingerprint IS 'SHA-256 of the rows read';
COMMENT ON COLUMN runs.feature_set_hash IS 'Hash of the feature set used';
COMMENT ON COLUMN runs.data_as_of IS 'Newest close_ts read';
COMMENT ON COLUMN runs.model_id IS 'Model made or used';
COMMENT ON COLUMN runs.strategy IS 'Strategy run';
COMMENT ON COLUMN runs.interval IS 'Bar length';
COMMENT ON COLUMN runs.symbols IS 'Instruments, sorted';
COMMENT ON COLUMN runs.error IS 'What failed, when status is failed';

CREATE TABLE run_params (
    run_id VARCHAR NOT NULL,
    key    VARCHAR NOT NULL,
    value  VARCHAR
);
COMMENT ON TABLE run_params IS 'Every parameter of a run, defaults included; unique by run_id, key';
COMMENT ON COLUMN run_params.run_id IS 'Run';
COMMENT ON COLUMN run_params.key IS 'Parameter; strategy parameters are param.<name>. Metrics read capital, risk_free_rate and periods_per_year';
COMMENT ON COLUMN run_params.value IS 'Value as text';

CREATE TABLE run_metrics (
    run_id VARCHAR NOT NULL,
    split  VARCHAR NOT NULL,
    step   BIGINT NOT NULL,
    key    VARCHAR NOT NULL,
    value  DOUBLE
);
COMMENT ON TABLE run_metrics IS 'Metrics of a run, stored from the views when it ends, and training curves by epoch';
COMMENT ON COLUMN run_metrics.run_id IS 'Run';
COMMENT ON COLUMN run_metrics.split IS 'train, valid, test or backtest';
COMMENT ON COLUMN run_metrics.step IS 'Epoch of a training curve; 0 for final metrics';
COMMENT ON COLUMN run_metrics.key IS 'Metric, named as in its view';
COMMENT ON COLUMN run_metrics.value IS 'Value; NULL is unknown';

CREATE TABLE run_returns (
    run_id       VARCHAR NOT NULL,
    session_date DATE NOT NULL,
    "return"     DOUBLE NOT NULL
);
COMMENT ON TABLE run_returns IS 'Daily returns of session-end equity; unique by run_id, session_date';
COMMENT ON COLUMN run_returns.run_id IS 'Run';
COMMENT ON COLUMN run_returns.session_date IS 'Trading day; flat ones are counted';
COMMENT ON COLUMN run_returns."return" IS 'Fraction; the first is against the starting capital';

CREATE TABLE artifacts (
    run_id     VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    sha256     VARCHAR NOT NULL,
    bytes      BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE artifacts IS 'Files that belong to a run';
COMMENT ON COLUMN artifacts.run_id IS 'Run';
COMMENT ON COLUMN artifacts.name IS 'File name';
COMMENT ON COLUMN artifacts.sha256 IS 'SHA-256 of bytes';
COMMENT ON COLUMN artifacts.bytes IS 'Content';
COMMENT ON COLUMN artifacts.created_at IS 'UTC time of the write';

CREATE TABLE orders (
    run_id     VARCHAR NOT NULL,
    order_id   BIGINT NOT NULL,
    symbol     VARCHAR NOT NULL,
    strategy   VARCHAR NOT NULL,
    side       VARCHAR NOT NULL,
    size       DOUBLE NOT NULL,
    order_type VARCHAR NOT NULL,
    decided_ts TIMESTAMP NOT NULL,
    status     VARCHAR NOT NULL,
    reason     VARCHAR
);
COMMENT ON TABLE orders IS 'Orders of a run, refused ones included';
COMMENT ON COLUMN orders.run_id IS 'Run';
COMMENT ON COLUMN orders.order_id IS 'Number within the run, from 1';
COMMENT ON COLUMN orders.symbol IS 'Instrument';
COMMENT ON COLUMN orders.strategy IS 'Strategy that asked';
COMMENT ON COLUMN orders.side IS 'BUY or SELL';
COMMENT ON COLUMN orders.size IS 'Units, positive';
COMMENT ON COLUMN orders.order_type IS 'market, or the exit that made it: stop_loss, take_profit, end_of_data';
COMMENT ON COLUMN orders.decided_ts IS 'UTC close_ts of the bar that decided it; an exit made by a bar itself (stop_loss, take_profit, end_of_data): the start of that bar';
COMMENT ON COLUMN orders.status IS 'filled, refused or expired';
COMMENT ON COLUMN orders.reason IS 'Why it was refused or what it was for';

CREATE TABLE fills (
    run_id     VARCHAR NOT NULL,
    order_id   BIGINT NOT NULL,
    symbol     VARCHAR NOT NULL,
    side       VARCHAR NOT NULL,
    size       DOUBLE NOT NULL,
    price      DOUBLE NOT NULL,
    ref_price  DOUBLE NOT NULL,
    commission DOUBLE NOT NULL,
    slippage   DOUBLE NOT NULL,
    ts         TIMESTAMP NOT NULL
);
COMMENT ON TABLE fills IS 'Executions of orders';
COMMENT ON COLUMN fills.run_id IS 'Run';
COMMENT ON COLUMN fills.order_id IS 'Order filled';
COMMENT ON COLUMN fills.symbol IS 'Instrument';
COMMENT ON COLUMN fills.side IS 'BUY or SELL';
COMMENT ON COLUMN fills.size IS 'Units, positive';
COMMENT ON COLUMN fills.price IS 'Execution price, slippage included';
COMMENT ON COLUMN fills.ref_price IS 'Price before slippage';
COMMENT ON COLUMN fills.commission IS 'Paid, in currency, >= 0';
COMMENT ON COLUMN fills.slippage IS 'Cost against ref_price, in currency, >= 0';
COMMENT ON COLUMN fills.ts IS 'UTC start of the bar it filled in';

CREATE TABLE trades (
    run_id      VARCHAR NOT NULL,
    trade_id    BIGINT NOT NULL,
    symbol      VARCHAR NOT NULL,
    strategy    VARCHAR NOT NULL,
    side        VARCHAR NOT NULL,
    size        DOUBLE NOT NULL,
    entry_ts    TIMESTAMP NOT NULL,
    entry_price DOUBLE NOT NULL,
    exit_ts     TIMESTAMP NOT NULL,
    exit_price  DOUBLE NOT NULL,
    pnl         DOUBLE NOT NULL,
    return_pct  DOUBLE NOT NULL,
    commission  DOUBLE NOT NULL,
    slippage    DOUBLE NOT NULL,
    exit_reason VARCHAR NOT NULL,
    bars_held   BIGINT NOT NULL,
    holding_minutes DOUBLE NOT NULL
);
COMMENT ON TABLE trades IS 'Closed round trips only; unique by run_id, trade_id';
COMMENT ON COLUMN trades.run_id IS 'Run';
COMMENT ON COLUMN trades.trade_id IS 'Number within the run, from 1, in order of exit';
COMMENT ON COLUMN trades.symbol IS 'Instrument';
COMMENT ON COLUMN trades.strategy IS 'Strategy that opened it';
COMMENT ON COLUMN trades.side IS 'LONG or SHORT';
COMMENT ON COLUMN trades.size IS 'Units, positive';
COMMENT ON COLUMN trades.entry_ts IS 'UTC start of the bar of entry';
COMMENT ON COLUMN trades.entry_price IS 'Fill price of the entry';
COMMENT ON COLUMN trades.exit_ts IS 'UTC start of the bar of exit';
COMMENT ON COLUMN trades.exit_price IS 'Fill price of the exit';
COMMENT ON COLUMN trades.pnl IS 'Net of both commissions and of slippage, in currency';
COMMENT ON COLUMN trades.return_pct IS 'Percent: 100 x pnl / (size x entry_price)';
COMMENT ON COLUMN trades.commission IS 'Both sides, in currency';
COMMENT ON COLUMN trades.slippage IS 'Both sides, in currency; already inside the prices';
COMMENT ON COLUMN trades.exit_reason IS 'signal, stop_loss, take_profit, max_holding or end_of_data';
COMMENT ON COLUMN trades.bars_held IS 'Bars from entry to exit; 0 when left in the bar of entry';
COMMENT ON COLUMN trades.holding_minutes IS 'Clock minutes from entry to exit';

CREATE TABLE equity (
    run_id       VARCHAR NOT NULL,
    ts           TIMESTAMP NOT NULL,
    session_date DATE NOT NULL,
    equity       DOUBLE NOT NULL,
    cash         DOUBLE NOT NULL,
    exposure     DOUBLE NOT NULL,
    benchmark    DOUBLE
);
COMMENT ON TABLE equity IS 'Account value, one row a bar time, flat bars included; unique by run_id, ts';
COMMENT ON COLUMN equity.run_id IS 'Run';
COMMENT ON COLUMN equity.ts IS 'UTC start of the bar at whose close it is valued';
COMMENT ON COLUMN equity.session_date IS 'Trading day';
COMMENT ON COLUMN equity.equity IS 'Cash plus open positions at the close, in currency';
COMMENT ON COLUMN equity.cash IS 'Cash, in currency';
COMMENT ON COLUMN equity.exposure IS 'Sum of |position value|, in currency';
COMMENT ON COLUMN equity.benchmark IS 'The same capital bought equally into every symbol at its first open and held, without costs; in currency';

CREATE TABLE prediction_traces (
    trace_id               VARCHAR NOT NULL,
    run_id                 VARCHAR NOT NULL,
    mode                   VARCHAR NOT NULL,
    ts                     TIMESTAMP NOT NULL,
    symbol                 VARCHAR NOT NULL,
    strategy               VARCHAR NOT NULL,
    model_id               VARCHAR,
    predicted_direction    VARCHAR NOT NULL,
    predicted_confidence   DOUBLE,
    actual_direction       VARCHAR NOT NULL,
    entry_price            DOUBLE NOT NULL,
    exit_price             DOUBLE NOT NULL,
    holding_period_minutes DOUBLE NOT NULL,
    realized_return_pct    DOUBLE NOT NULL,
    features               JSON,
    metadata               JSON
);
COMMENT ON TABLE prediction_traces IS 'One row a closed position: what was predicted and what came; unique by trace_id';
COMMENT ON COLUMN prediction_traces.trace_id IS '<run_id>/<trade_id>';
COMMENT ON COLUMN prediction_traces.run_id IS 'Run';
COMMENT ON COLUMN prediction_traces.mode IS 'backtest, replay, paper or live';
COMMENT ON COLUMN prediction_traces.ts IS 'UTC time of the decision (close_ts of the deciding bar)';
COMMENT ON COLUMN prediction_traces.symbol IS 'Instrument';
COMMENT ON COLUMN prediction_traces.strategy IS 'Strategy';
COMMENT ON COLUMN prediction_traces.model_id IS 'Model asked, if any';
COMMENT ON COLUMN prediction_traces.predicted_direction IS 'LONG, SHORT or NOOP';
COMMENT ON COLUMN prediction_traces.predicted_confidence IS 'From 0 to 1; NULL when the strategy has none';
COMMENT ON COLUMN prediction_traces.actual_direction IS 'Direction of the price from entry to exit: LONG, SHORT, or NOOP within 0.3 % (intraday) or 0.5 % (daily bars)';
COMMENT ON COLUMN prediction_traces.entry_price IS 'Fill price of the entry';
COMMENT ON COLUMN prediction_traces.exit_price IS 'Fill price of the exit';
COMMENT ON COLUMN prediction_traces.holding_period_minutes IS 'Clock minutes from entry to exit';
COMMENT ON COLUMN prediction_traces.realized_return_pct IS 'Percent, net of costs';
COMMENT ON COLUMN prediction_traces.features IS 'Feature values at the decision, when sampled';
COMMENT ON COLUMN prediction_traces.metadata IS 'exit_reason, size, commission';
