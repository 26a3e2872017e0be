-- A statement under audit reads the sample, which the audit alters: no files, no other databases, no network.
SET enable_external_access = false;
