-- The model a command means when none is named.
SELECT max_by(model_id, (created_at, model_id)) FROM models
