-- Campaigns: many backtests asked for at once, one row a cell, so that one that was stopped can go on.
CREATE TABLE campaign_cells (
    campaign_id VARCHAR NOT NULL,
    cell        BIGINT NOT NULL,
    subject     VARCHAR NOT NULL,
    model_id    VARCHAR,
    symbols     VARCHAR[] NOT NULL,
    period      VARCHAR NOT NULL,
    period_from TIMESTAMP NOT NULL,
    period_to   TIMESTAMP NOT NULL,
    status      VARCHAR NOT NULL,
    run_id      VARCHAR,
    error       VARCHAR,
    seconds     DOUBLE
);
COMMENT ON TABLE campaign_cells IS 'The backtests of a campaign: a subject on symbols over a period each; unique by campaign_id, cell';
COMMENT ON COLUMN campaign_cells.campaign_id IS 'Run of kind campaign that asked for it';
COMMENT ON COLUMN campaign_cells.cell IS 'Number within the campaign, from 1';
COMMENT ON COLUMN campaign_cells.subject IS 'What trades: a strategy, or a model as name@version';
COMMENT ON COLUMN campaign_cells.model_id IS 'Model asked; NULL for a strategy without one';
COMMENT ON COLUMN campaign_cells.symbols IS 'Instruments on one account, sorted';
COMMENT ON COLUMN campaign_cells.period IS 'Name of the period: whole, 2024, 2024-Q1, 2024-01 or 1/4';
COMMENT ON COLUMN campaign_cells.period_from IS 'UTC first bar start; of a model not before the first bar it has not seen, unless in_sample';
COMMENT ON COLUMN campaign_cells.period_to IS 'UTC end of bar starts, not included';
COMMENT ON COLUMN campaign_cells.status IS 'pending, finished or failed';
COMMENT ON COLUMN campaign_cells.run_id IS 'Its backtest; NULL unless finished';
COMMENT ON COLUMN campaign_cells.error IS 'Why it failed; NULL otherwise';
COMMENT ON COLUMN campaign_cells.seconds IS 'Time to read and simulate it, in seconds; NULL while pending, or when it could not be stored';
COMMENT ON TABLE runs IS 'One row a train, evaluate, backtest or campaign run: the root of all lineage';
COMMENT ON COLUMN runs.kind IS 'train, evaluate, backtest or campaign';
COMMENT ON COLUMN runs.name IS 'Given name; a backtest of a campaign has the campaign''s with its cell, as in trend/12';
COMMENT ON COLUMN runs.error IS 'What failed, when status is failed; of a campaign, how many of its cells';
