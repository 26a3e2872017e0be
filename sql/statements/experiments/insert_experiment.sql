-- What was asked for; lists come joined by line feeds.
INSERT INTO experiments (experiment_id, name, subject, spec, spec_sha256, objectives, directions, sampler, pruner, scheme,
                         n_dimensions, max_trials, dev_from, test_from, test_to)
VALUES ($1, $2, $3, $4, $5, string_split($6, chr(10)), string_split($7, chr(10)), $8, $9, $10, $11, $12,
        make_timestamp($13), make_timestamp($14), make_timestamp($15))
