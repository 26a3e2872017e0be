//! Pages of experiments: the verdict and its numbers on the first screen, whole whatever is missing, safe against hostile
//! names, self-contained, and the same files every time.

use std::collections::BTreeSet;

use workstation::domain::Ts;
use workstation::report::{ReportError, experiment};
use workstation::store::Store;

use crate::shared::now;

/// The views' fixture and its experiment, and others with what it lacks.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store.conn().execute_batch(include_str!("views_fixture.sql")).unwrap();
    store.conn().execute_batch(include_str!("experiment_pages.sql")).unwrap();
    store
}

fn page(store: &Store, id: &str) -> String {
    experiment::html(store, id, now()).unwrap()
}

/// The text of a page: tags away, white space single.
fn text(page: &str) -> String {
    let (mut text, mut is_tag) = (String::new(), false);
    for c in page.chars() {
        match c {
            '<' => is_tag = true,
            '>' => (is_tag, _) = (false, text.push(' ')),
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Keys of the figures on a page, in order.
fn figures(page: &str) -> Vec<&str> {
    let starts = page.match_indices("<figure id=\"s1-").map(|(at, found)| &page[at + found.len()..]);
    starts.map(|rest| &rest[..rest.find('"').unwrap()]).collect()
}

#[test]
fn the_verdict_and_its_gates_come_first() {
    let store = store();
    let found = page(&store, "big");
    let shown = text(&found);
    for told in [
        "Could this be luck? wide search",
        "Unlikely to be luck",
        "Every gate passed.",
        "Deflated Sharpe ratio ✓ passed 0.981 at least 0.95",
        "N = 3,120 distinct of 3,200 tries",
        // 0.078 a day by the square root of 252.
        "a Sharpe ratio (SR₀) of 1.24 a year",
        "Probability of overfitting ✓ passed 0.070 at most 0.20",
        "Superior ability, p ✓ passed &lt; 0.001 at most 0.05",
        "2.30 → 1.90",
        "Baseline on test 0.40; p of the gap 0.610",
        "Sharpe of the choice itself 1.60",
        "257 of 95",
        "Trial 2871 won: sharpe 2.30 against the baseline",
        "account.stop_loss = ",
    ] {
        assert!(shown.contains(told), "no '{told}' in {}", &shown[..4000.min(shown.len())]);
    }
    assert!(found.contains("class=\"verdict passed\"") && found.matches("class=\"tile passed\"").count() == 4);
    let verdict = found.find("class=\"verdict").unwrap();
    assert!(verdict < found.find("<figure").unwrap() && verdict < found.find("Winner beside baseline").unwrap());

    let found = page(&store, "model");
    let shown = text(&found);
    for told in [
        "Overfit: earns nothing out of sample",
        "Deflated Sharpe 0.412 is below 0.95",
        "1.10 → −0.70",
        "257 of 511",
        "TEST SEEN BEFORE 3 experiments",
    ] {
        assert!(shown.contains(told), "no '{told}'");
    }
    assert!(found.contains("class=\"verdict failed\"") && found.matches("class=\"tile failed\"").count() == 4);
    assert!(shown.contains("48 samples next to a border were dropped"), "purged samples are told");
    assert!(shown.contains("it explains little of the scores"), "an R² of 0.12 is no ground to stand on");
}

#[test]
fn numbers_are_those_of_the_views() {
    let store = store();
    let shown = text(&page(&store, "model"));
    let n: i64 = store
        .conn()
        .query_row(
            "SELECT count(*) FROM experiment_trials WHERE experiment_id = 'model' AND rank IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(shown.contains(&format!("On validation, 20 of {n} that finished within the constraints")), "{n}");
    let best: i64 = store
        .conn()
        .query_row("SELECT trial FROM experiment_trials WHERE experiment_id = 'model' AND rank = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(shown.contains(&format!("was found by trial {best}.")));
    // Winner and baseline on test, as the fixture stored them.
    for row in ["Sharpe ratio 2.30", "Max drawdown", "−9.00 % −6.00 %", "44.0 % 50.0 %"] {
        assert!(shown.contains(row), "no '{row}'");
    }
}

#[test]
fn every_picture_there_is_something_to_draw_of() {
    let store = store();
    let of = |id| page(&store, id);
    assert_eq!(
        figures(&of("big")),
        ["accounts", "sharpes", "history", "slices", "importance", "front", "parallel", "splits", "folds"]
    );
    assert_eq!(
        figures(&of("model")),
        ["accounts", "sharpes", "history", "slices", "importance", "parallel", "splits", "folds"]
    );
    // Trials that all failed still show where they were; one trial has no line to draw beside it.
    assert_eq!(figures(&of("dead")), ["slices"]);
    assert_eq!(figures(&of("lone")), ["sharpes", "history", "slices", "folds"]);
}

#[test]
fn missing_pieces_are_told() {
    let store = store();
    let dead = text(&page(&store, "dead"));
    for told in [
        "Cannot be told",
        "There is no winner.",
        "No trial won: of 5 (5 distinct), 5 failed",
        "FAILED",
        "slow 9 is not above fast 12",
    ] {
        assert!(dead.contains(told), "no '{told}'");
    }
    let lone = page(&store, "lone");
    assert!(lone.contains("class=\"verdict unknown\"") && lone.matches("class=\"tile unknown\"").count() == 4);
    assert!(text(&lone).contains("NOT TESTED") && text(&lone).contains("— → —"));
    for id in ["dead", "lone", "evil"] {
        let shown = text(&page(&store, id));
        assert!(!shown.contains("NaN") && !shown.contains(" inf"), "{id}");
    }
}

#[test]
fn hostile_names_stay_text() {
    let store = store();
    let page = page(&store, "evil");
    for wild in ["<script", "<img", "<i>fast", "<b>sharpe", "</svg><s"] {
        assert!(!page.contains(wild), "{wild} reached the page");
    }
    assert!(page.contains("&lt;script&gt;alert"), "the name is shown as it is");
    // Tags of the template are all closed: nothing broke out of its element.
    for tag in ["svg", "figure", "details", "table", "pre"] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn files_have_stable_names_and_pages_stand_alone() {
    let store = store();
    let folder = tempfile::tempdir().unwrap();
    let written = experiment::write(&store, "big", &folder.path().join("new"), now()).unwrap();
    assert_eq!(written.html, folder.path().join("new/experiment.html"));
    let names: BTreeSet<String> =
        written.pngs.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 18);
    assert!(names.contains("experiment_slices_light.png") && names.contains("experiment_splits_dark.png"));
    for path in &written.pngs {
        let bytes = std::fs::read(path).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 4000, "{}", path.display());
    }
    let page = std::fs::read_to_string(&written.html).unwrap();
    assert_eq!(page, experiment::html(&store, "big", now()).unwrap(), "written as shown");
    for reference in ["http://", "https://", " src=", "<script", "<link", "@import", "url(", "<iframe"] {
        assert!(!page.contains(reference), "the page refers to {reference}");
    }
    assert!(page.len() < 4_000_000, "{} bytes for 3000 trials", page.len());
    for (at, found) in page.match_indices("href=\"#") {
        let rest = &page[at + found.len()..];
        let target = &rest[..rest.find('"').unwrap()];
        assert_eq!(page.matches(&format!("id=\"{target}\"")).count(), 1, "link to #{target}");
    }
}

#[test]
fn an_unknown_experiment_is_refused_with_those_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let error = experiment::write(&store(), "bt-walk", &folder.path().join("x"), now()).unwrap_err();
    assert!(matches!(error, ReportError::UnknownExperiment { .. }) && error.is_refusal());
    assert!(error.to_string().contains("newest: ") && error.to_string().contains("model"), "{error}");
    assert!(!folder.path().join("x").exists(), "nothing is written");
    let none = experiment::html(&Store::in_memory().unwrap(), "big", Ts(0)).unwrap_err();
    assert!(none.to_string().contains("the store has none yet"), "{none}");
}
