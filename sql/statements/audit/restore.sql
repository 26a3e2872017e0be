-- Everything as it was.
DELETE FROM bars; INSERT INTO bars FROM audit_bars;
DELETE FROM sentiment_snapshots; INSERT INTO sentiment_snapshots FROM audit_sentiment;
DELETE FROM corporate_actions; INSERT INTO corporate_actions FROM audit_actions;
DELETE FROM universe; INSERT INTO universe FROM audit_universe;
