-- Exchange and calendar of an instrument.
SELECT exchange, calendar FROM instruments WHERE symbol = $1
