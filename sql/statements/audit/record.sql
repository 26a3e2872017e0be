-- Keeps an audit with its outcome.
INSERT INTO audits (audit_id, kind, subject, name, version, audited_at, seed, cuts, compared, alarms, passed, details)
VALUES ($1, $2, $3, $4, $5, make_timestamp($6), $7, $8, $9, $10, $11, $12)
