-- Orders of every style, several strategies on one account, splits and dividends: what the columns say since.
COMMENT ON COLUMN orders.size IS 'Units, positive: executed ones of a filled order, else those asked for, as far as known';
COMMENT ON COLUMN orders.order_type IS 'How it was to be executed: market, market_on_close, limit, stop, stop_limit; or the exit that a bar made: stop_loss, take_profit, square_off, end_of_data';
COMMENT ON COLUMN orders.decided_ts IS 'UTC close_ts of the bar that decided it; an exit made by a bar itself (stop_loss, take_profit, square_off, end_of_data): the start of that bar';
COMMENT ON COLUMN orders.status IS 'filled, refused, cancelled (taken back; what was executed before is in fills) or expired';
COMMENT ON COLUMN orders.reason IS 'Why it was refused, cancelled or expired; of a filled one what it was for: entry, or the reason of the exit';
COMMENT ON TABLE fills IS 'Executions of orders; a large order may have several';
COMMENT ON TABLE trades IS 'Closed round trips only, one an execution of an exit; unique by run_id, trade_id';
COMMENT ON COLUMN trades.entry_price IS 'Fill price of the entry, the mean of several; in units of today after a split';
COMMENT ON COLUMN trades.pnl IS 'Net of both commissions and of slippage, with dividends and borrow while it was held, in currency';
COMMENT ON COLUMN trades.exit_reason IS 'signal, stop_loss, take_profit, max_holding, square_off, drawdown_stop, margin_call or end_of_data';
COMMENT ON COLUMN equity.benchmark IS 'The same capital bought equally into every symbol at its first open and held, without costs; splits change the units, dividends stay as cash; in currency';
COMMENT ON COLUMN prediction_traces.actual_direction IS 'Direction of the price from entry to exit before slippage: LONG, SHORT, or NOOP within 0.3 % (intraday) or 0.5 % (daily bars)';
COMMENT ON COLUMN prediction_traces.metadata IS 'exit_reason, size, commission, carry (dividends and borrow), entry_ref_price and exit_ref_price (before slippage)';
COMMENT ON COLUMN runs.strategy IS 'Strategies run, joined by commas';
COMMENT ON COLUMN run_params.key IS 'Parameter; strategy parameters are param.<name>, param.<strategy>.<name> where several run. note.<n> says how strategies decided. Metrics read capital, risk_free_rate and periods_per_year';
