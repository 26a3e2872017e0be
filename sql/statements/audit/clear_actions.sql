-- Makes room for altered corporate actions.
DELETE FROM corporate_actions
