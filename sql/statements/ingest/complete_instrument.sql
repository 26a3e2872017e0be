-- An instrument registered without an exchange gets the one named now. $1 symbol, $2 exchange, $3 calendar, $4 currency.
UPDATE instruments SET exchange = $2, calendar = $3, currency = coalesce(currency, $4)
WHERE symbol = $1 AND exchange IS NULL
