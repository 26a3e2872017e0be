-- The hash that the weights of a model were stored with. $1 its id.
SELECT sha256 FROM models WHERE model_id = $1
