-- Which labels there are to learn.
SELECT DISTINCT label_set, interval FROM labels ORDER BY ALL
