-- What a backtest must know of an instrument: sessions a year of its calendar, its currency, what a point is worth, which
-- calendar that is, and the grid it trades on.
SELECT c.periods_per_year, i.currency, i.multiplier, i.calendar, i.lot_size, i.tick_size
FROM instruments AS i
LEFT JOIN calendars AS c ON c.calendar = i.calendar
WHERE i.symbol = $1
