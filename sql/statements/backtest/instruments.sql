-- What a backtest must know of its instruments, a row each that is registered: sessions a year of its calendar, its currency,
-- what a point is worth, which calendar that is, and the grid it trades on. $1 symbols joined by line feeds.
SELECT i.symbol, c.periods_per_year, i.currency, i.multiplier, i.calendar, i.lot_size, i.tick_size
FROM instruments AS i
SEMI JOIN (SELECT unnest(string_split($1, chr(10))) AS symbol) AS w ON w.symbol = i.symbol
LEFT JOIN calendars AS c ON c.calendar = i.calendar
