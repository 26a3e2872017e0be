-- Every instrument: a copy needs their currencies, grids and calendars.
SELECT * FROM instruments
