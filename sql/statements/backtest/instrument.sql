-- What a backtest must know of an instrument: whose calendar, which currency, what a point is worth.
SELECT calendar, currency, multiplier FROM instruments WHERE symbol = $1
