use super::*;

const HEAD: &str = "name = \"t\"\nstrategy = \"sma_cross\"\n[space]\nfast = { int = [2, 9] }\n";

fn refused(text: &str) -> String {
    Spec::parse("t.toml", text).unwrap_err().to_string()
}

#[test]
fn a_small_file_is_enough_and_the_rest_has_defaults() {
    let spec = Spec::parse("t.toml", HEAD).unwrap();
    assert_eq!((spec.seed, spec.keep, spec.budget.trials), (42, 5, Some(100)));
    assert_eq!(spec.objective_names(), ["sharpe"]);
    assert_eq!(spec.validation.scheme, Scheme::Holdout { valid: 0.3 });
}

#[test]
fn everything_wrong_is_told_with_its_line() {
    let cases = [
        ("seed = 1\nnmae = \"x\"\n", "t.toml:1: there is no name"),
        ("[objective]\nmaximise = \"sharp\"\n", "t.toml:6: 'sharp' can't be judged by; did you mean 'sharpe'?"),
        ("[objective]\nmaximise = \"roc_auc\"\n", "t.toml:6: 'roc_auc' is a metric of models"),
        ("[constraints]\nn_trades = 30\n", "t.toml:6: constraint 'n_trades' must be like"),
        ("[validation]\nscheme = \"walk_forwards\"\n", "t.toml:6: unknown scheme 'walk_forwards'"),
        ("[validation]\nscheme = \"walk_forward\"\nvalid = 5\n", "walk_forward needs validation.train in sessions"),
        ("[validation]\nscheme = \"cpcv\"\nfolds = 20\ntest_folds = 10\n", "are 184756 combinations a trial"),
        ("[validation]\nscheme = \"cpcv\"\nfolds = 68\ntest_folds = 34\n", "are more than 10^19 combinations a trial"),
        ("[validation]\nscheme = \"kfold\"\ntrain = 5\n", "t.toml:7: unknown key 'validation.train'"),
        ("[validation]\ntest = 1.5\n", "t.toml:6: validation.test must be a share"),
        ("[budget]\ntrials = 0\n", "t.toml:6: budget.trials = 0 must be a whole number from 1"),
        ("[budget]\nminutes = -1\n", "t.toml:6: budget.minutes must be above 0"),
        ("[budget]\n", "t.toml:5: [budget] needs trials or minutes"),
        ("[sampler]\nkind = \"tpee\"\n", "t.toml:6: unknown sampler 'tpee'"),
        ("[pruner]\nkind = \"median\"\nreduction_factor = 3\n", "t.toml:7: unknown key 'pruner.reduction_factor'"),
        ("[baseline]\nslow = 3\n", "t.toml:6: baseline 'slow' is not in [space]"),
        ("[data]\nfrom = 2024-01-01\nto = 2023-01-01\n", "t.toml:7: data.to must be after data.from"),
        ("[data]\ninterval = \"2h\"\n", "t.toml:6:"),
        ("[data]\nlookback = 5\n", "t.toml:6: unknown key 'data.lookback'"),
        ("[budget]\ntrials = \"many\"\n", "t.toml:6: budget.trials must be a whole number"),
        ("[budgt]\n", "t.toml:5: unknown key 'budgt'; did you mean 'budget'?"),
        ("x = [\n", "t.toml:"),
    ];
    for (more, expected) in cases {
        let text = if expected.contains("no name") { more.to_string() } else { format!("{HEAD}{more}") };
        let told = refused(&text);
        assert!(told.contains(expected), "{more:?} was told: {told}");
    }
}

#[test]
fn spaces_are_checked_where_they_stand() {
    let told = |space: &str| refused(&format!("name = \"t\"\nstrategy = \"sma_cross\"\n[space]\n{space}\n"));
    assert!(told("").contains("t.toml:3: [space] is empty"), "{}", told(""));
    for (space, expected) in [
        ("a = { int = [5, 2] }", "t.toml:4: parameter 'a': low 5 is above high 2"),
        ("b = { float = [0, 1], log = true }", "t.toml:4:"),
        ("a = { int = [1.5, 2] }", "int must be two whole numbers"),
        ("a = { int = [1, 2, 3] }", "int must be [low, high]"),
        ("a = { choice = [] }", "t.toml:4:"),
        ("a = 5", "'a' must be a table"),
        ("a = { int = [1, 5], float = [1, 5] }", "both int and float"),
        ("a = { int = [1, 5], setp = 2 }", "unknown key 'space.a.setp'; did you mean 'step'?"),
        ("a = { int = [1, 5], when = { b = [1] } }", "t.toml:4:"),
        ("a = {}", "needs int, float or choice"),
    ] {
        assert!(told(space).contains(expected), "{space}: {}", told(space));
    }
    let grid = refused(
        "name = \"t\"\nstrategy = \"sma_cross\"\n[sampler]\nkind = \"grid\"\n[space]\nx = { float = [0, 1] }\n",
    );
    assert!(grid.starts_with("t.toml:6:"), "{grid}");
}

#[test]
fn prefixes_and_conditions_are_read() {
    let text = "name = \"t\"\nmodel = \"mlp\"\n[data]\nlookback = 4\n[space]\ndeep = { int = [1, 3], when = { kind = \"a\" } }\n\
                kind = { choice = [\"a\", \"b\"] }\naccount.stop_loss = { float = [0.01, 0.1], points = 3 }\n";
    let spec = Spec::parse("t.toml", text).unwrap();
    let names: Vec<&str> = spec.searched.space.dimensions().iter().map(|dimension| dimension.name.as_str()).collect();
    assert_eq!(names, ["kind", "deep", "account.stop_loss"]);
    assert_eq!(spec.searched.lines["account.stop_loss"], 8);
}
