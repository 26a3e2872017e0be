-- A statement under audit reads what the audit alters and nothing else: no files, no other databases, no network.
SET enable_external_access = false;
