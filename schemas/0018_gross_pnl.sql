-- What a trade gained before fees, and what each side of it paid: a net figure alone does not say what trading cost.
ALTER TABLE trades ADD COLUMN gross_pnl DOUBLE;
ALTER TABLE trades ADD COLUMN entry_commission DOUBLE;
ALTER TABLE trades ADD COLUMN exit_commission DOUBLE;
ALTER TABLE trades ADD COLUMN carry DOUBLE;
COMMENT ON COLUMN trades.pnl IS 'Net: gross_pnl - entry_commission - exit_commission + carry, in currency; slippage is inside the prices';
COMMENT ON COLUMN trades.commission IS 'Of all its fills, in currency: entry_commission + exit_commission';
COMMENT ON COLUMN trades.gross_pnl IS 'What the prices alone gained, slippage inside them, in currency: side x size x (exit_price - entry_price); NULL in runs older than this column';
COMMENT ON COLUMN trades.entry_commission IS 'Of the fills that built it, in currency; NULL in runs older than this column';
COMMENT ON COLUMN trades.exit_commission IS 'Of the fills that took it apart, in currency; NULL in runs older than this column';
COMMENT ON COLUMN trades.carry IS 'Dividends received less dividends and borrow paid while it was held, in currency; NULL in runs older than this column';
