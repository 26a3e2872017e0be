-- A trade is a position from flat to flat, and an execution in a bar without volume is noted: what the columns say since.
ALTER TABLE fills ADD COLUMN note VARCHAR;
COMMENT ON COLUMN fills.note IS 'What to know of its price: no_volume in a bar whose volume is 0, so that nothing traded there; NULL otherwise (an unknown volume says nothing)';
COMMENT ON TABLE trades IS 'Closed round trips only: positions from flat to flat or to reversal, however many orders and fills; unique by run_id, trade_id';
COMMENT ON COLUMN trades.trade_id IS 'Number within the run, from 1, in order of the last exit';
COMMENT ON COLUMN trades.size IS 'Units in all, positive; of today after a split';
COMMENT ON COLUMN trades.entry_ts IS 'UTC start of the bar of the first entry';
COMMENT ON COLUMN trades.exit_ts IS 'UTC start of the bar of the last exit';
COMMENT ON COLUMN trades.exit_price IS 'Fill price of the exit, the mean of several by their units; in units of today after a split';
COMMENT ON COLUMN trades.commission IS 'Of all its fills, in currency';
COMMENT ON COLUMN trades.slippage IS 'Of all its fills, in currency; already inside the prices';
COMMENT ON COLUMN trades.exit_reason IS 'Why the last of it was left: signal, stop_loss, take_profit, max_holding, square_off, drawdown_stop, margin_call or end_of_data';
COMMENT ON COLUMN trades.bars_held IS 'Bars from the first entry to the last exit; 0 when left in the bar of entry';
COMMENT ON COLUMN trades.holding_minutes IS 'Clock minutes from the first entry to the last exit';
