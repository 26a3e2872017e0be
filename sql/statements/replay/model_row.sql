-- One model. $1 its id.
SELECT * FROM models WHERE model_id = $1
