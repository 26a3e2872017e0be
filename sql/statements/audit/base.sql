-- Keeps the inputs of an audit as they were; each cut alters copies of them.
CREATE TABLE audit_bars AS FROM bars;
CREATE TABLE audit_sentiment AS FROM sentiment_snapshots;
CREATE TABLE audit_actions AS FROM corporate_actions;
CREATE TABLE audit_universe AS FROM universe;
