//! The first screen: could this be luck? The verdict in words, and a tile for each thing it rests on.

use serde::Serialize;

use super::read::Experiment;
use crate::domain::metric;
use crate::report::format::{Unit, fixed, number};

/// Whether something was passed; decides mark and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A gate passed.
    Passed,
    /// A gate failed.
    Failed,
    /// A gate of which nothing can be said.
    Unknown,
    /// No gate: to be read beside the others.
    Plain,
}

/// One thing the verdict rests on.
#[derive(Debug, Clone, Serialize)]
pub struct Tile {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: String,
    /// Whether it is passed.
    pub state: State,
    /// What it has to be.
    pub need: String,
    /// What it means, for someone who is no statistician.
    pub sentence: &'static str,
    /// What it rests on.
    pub detail: String,
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// In the words of the view.
    pub words: String,
    /// Whether it is good news.
    pub state: State,
    /// What to make of it.
    pub meaning: &'static str,
    /// What failed and what is unknown.
    pub reason: String,
    /// What won, in one line.
    pub winner: String,
    /// What it rests on.
    pub tiles: Vec<Tile>,
}

/// Reads the verdict off the views.
pub fn verdict(of: &Experiment) -> Verdict {
    let words = of.text("verdict").to_string();
    let (state, meaning) = match (of.summary.text("failed_gate"), of.number("n_unknown")) {
        (Some("test" | "pbo" | "gap"), _) => {
            (State::Failed, "What was chosen does not hold on days it was not chosen on. It is not to be promoted.")
        }
        (Some("untouched"), _) => (
            State::Failed,
            "The test period has been looked at before: its numbers flatter. Judge it on days that nobody has seen.",
        ),
        (Some(_), _) => (State::Failed, "Luck is not ruled out as the explanation. It is not to be promoted."),
        (None, Some(0.0)) => {
            (State::Passed, "Luck is an unlikely explanation, not an impossible one: promotion goes on in small steps.")
        }
        (None, _) => {
            (State::Unknown, "Something the verdict needs is missing. Until it is known, take the winner for luck.")
        }
    };
    let tiles = vec![deflated(of), overfitting(of), superior(of), test(of), choice(of), record(of)];
    Verdict { words, state, meaning, reason: of.text("reason").replace(" -", " \u{2212}"), winner: winner(of), tiles }
}

/// A ratio, or a dash.
fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "—".into(), |value| fixed(value, 2))
}

/// A probability with the digits that tell it from a limit.
fn odds(value: Option<f64>) -> String {
    match value {
        None => "—".into(),
        Some(value) if value > 0.0 && value < 0.001 => "< 0.001".into(),
        Some(value) if value < 1.0 && value > 0.999 => "> 0.999".into(),
        Some(value) => fixed(value, 3),
    }
}

fn gate(of: &Experiment, column: &str) -> State {
    match of.number(column) {
        Some(passed) if passed > 0.0 => State::Passed,
        Some(_) => State::Failed,
        None => State::Unknown,
    }
}

fn count(value: Option<f64>) -> String {
    value.map_or_else(|| "—".into(), |value| number(value, Unit::Count, ""))
}

fn deflated(of: &Experiment) -> Tile {
    let trials = count(of.number("n_trials_counted"));
    let tries =
        of.number("n_tries_counted").map_or_else(String::new, |tries| format!(" of {} tries", count(Some(tries))));
    let daily = of.number("expected_maximum_sharpe");
    let lucky = match (of.yearly(daily), daily) {
        (Some(yearly), _) => format!("{} a year", ratio(Some(yearly))),
        (None, Some(daily)) => format!("{} a day", fixed(daily, 4)),
        (None, None) => "—".into(),
    };
    Tile {
        label: "Deflated Sharpe ratio",
        value: odds(of.number("deflated_sharpe")),
        state: gate(of, "passes_deflated_sharpe"),
        need: format!("at least {}", ratio(of.number("deflated_sharpe_at_least"))),
        sentence: "How sure it is that the winner beats the luckiest of all the trials, had none of them any skill.",
        detail: if daily.is_none() && trials == "—" {
            "How many trials there were, and what the luckiest would show, is unknown.".into()
        } else {
            format!(
                "N = {trials} distinct{tries} on these days; the luckiest would show a Sharpe ratio (SR\u{2080}) of {lucky}."
            )
        },
    }
}

/// A measure over the trials of this experiment, and over these with those of earlier ones.
fn both(of: &Experiment, measure: &str) -> String {
    let value = |part: &str| of.number(&format!("{measure}_{part}"));
    match (value("own"), value("union")) {
        (own, Some(union)) => format!("own trials {}, with earlier ones {}", odds(own), odds(Some(union))),
        (own, None) => format!("own trials {}, no earlier ones", odds(own)),
    }
}

fn overfitting(of: &Experiment) -> Tile {
    Tile {
        label: "Probability of overfitting",
        value: odds(of.number("pbo")),
        state: gate(of, "passes_pbo"),
        need: format!("at most {}", ratio(of.number("pbo_at_most"))),
        sentence: "How often the best settings of one half of the days were among the worse half in the other days.",
        detail: format!("{}; over {} ways to halve the days.", both(of, "pbo"), count(of.number("pbo_combinations"))),
    }
}

fn superior(of: &Experiment) -> Tile {
    let against = of.number("baseline_spa_p");
    Tile {
        label: "Superior ability, p",
        value: odds(of.number("spa_p")),
        state: gate(of, "passes_spa"),
        need: format!("at most {}", ratio(of.number("spa_p_at_most"))),
        sentence: "How often so many trials without skill would hold one that beats cash as clearly as the best here.",
        detail: format!(
            "Hansen's SPA test, {}; against the baseline instead of cash {}.",
            both(of, "spa_p"),
            against.map_or_else(|| "unknown".into(), |p| odds(Some(p)))
        ),
    }
}

fn test(of: &Experiment) -> Tile {
    let (valid, test) = (of.number("validation_sharpe"), of.number("test_sharpe"));
    let state = match (gate(of, "passes_test"), gate(of, "passes_gap")) {
        (State::Failed, _) | (_, State::Failed) => State::Failed,
        (State::Passed, State::Passed) => State::Passed,
        _ => State::Unknown,
    };
    Tile {
        label: "Sharpe, validation \u{2192} test",
        value: format!("{} \u{2192} {}", ratio(valid), ratio(test)),
        state,
        need: format!("above {} and baseline", count(of.number("test_sharpe_above"))),
        sentence: "What was chosen on days already seen, on days this search had not looked at; a large fall is a bad sign.",
        detail: format!(
            "Baseline on test {}; p of the gap {}, at least {} or no fall.",
            ratio(of.number("baseline_test_sharpe")),
            odds(of.number("sharpe_gap_p")),
            ratio(of.number("sharpe_gap_p_at_least"))
        ),
    }
}

fn choice(of: &Experiment) -> Tile {
    let paths = of.totals.get("choice_valid").map(Vec::len);
    let days = paths.map_or_else(String::new, |days| format!(" on {} days", count(Some(days as f64))));
    Tile {
        label: "Sharpe of the choice itself",
        value: ratio(of.number("walk_sharpe")),
        state: State::Plain,
        need: "no gate".into(),
        sentence: "What following the search would have earned, every choice judged on days it was not made on.",
        detail: format!("Out of sample{days}, from one choice to the next."),
    }
}

fn record(of: &Experiment) -> Tile {
    let (needed, there) = (of.number("minimum_track_record"), of.number("track_record"));
    let enough = match needed.zip(there) {
        Some((needed, there)) if there >= needed => "There are enough.",
        Some(_) => "There are too few.",
        None => "Of a winner that is not above SR\u{2080} no number is enough.",
    };
    Tile {
        label: "Track record, days",
        value: format!("{} of {}", count(there), needed.map_or_else(|| "—".into(), |days| count(Some(days.ceil())))),
        state: State::Plain,
        need: "no gate".into(),
        sentence: "Days of results there are, of those needed to tell the winner from the luckiest of the trials.",
        detail: enough.into(),
    }
}

/// Most letters of the parameters in the headline.
const MOST_LETTERS: usize = 220;

fn winner(of: &Experiment) -> String {
    let Some(winner) = of.winner() else {
        let counts = ["n_trials", "n_distinct", "n_failed", "n_pruned", "n_infeasible"];
        let [all, distinct, failed, pruned, infeasible] = counts.map(|column| count(of.number(column)));
        return format!(
            "No trial won: of {all} ({distinct} distinct), {failed} failed, {pruned} were stopped early, {infeasible} missed a constraint."
        );
    };
    let score = |value: Option<f64>| shown(of.objective(), value);
    let params: Vec<String> = winner.params.iter().map(|(name, value)| format!("{name} = {}", plain(value))).collect();
    let mut params = params.join(", ");
    if params.chars().count() > MOST_LETTERS {
        params = params.chars().take(MOST_LETTERS).chain(['…']).collect();
    }
    format!(
        "Trial {} won: {} {} against the baseline's {} on validation; {params}",
        winner.number,
        of.objective(),
        score(winner.scores[0]),
        score(of.number("baseline_score"))
    )
}

/// A value of a parameter: words without quotes, fractions to four digits.
pub fn plain(value: &serde_json::Value) -> String {
    match value.as_f64() {
        Some(number) if number.fract() != 0.0 && number.abs() < 1e-3 => format!("{number:.3e}"),
        Some(number) if number.fract() != 0.0 => {
            let decimals = (3.0 - number.abs().log10().floor()).clamp(0.0, 9.0) as usize;
            let text = format!("{number:.decimals$}");
            if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_string() }
        }
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_string),
    }
}

/// How a metric is shown.
pub fn unit(name: &str) -> Unit {
    metric::find(name).map_or(Unit::Ratio, |metric| metric.unit.into())
}

/// A metric as text, a dash when it is unknown.
pub fn shown(metric: &str, value: Option<f64>) -> String {
    value.map_or_else(|| "—".into(), |value| number(value, unit(metric), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_parameters_are_short() {
        let of = |text: &str| plain(&serde_json::from_str(text).unwrap());
        assert_eq!(of("0.00007107173977317418"), "7.107e-5");
        assert_eq!(
            (of("0.0030192570982047317"), of("0.25"), of("12.0625")),
            ("0.003019".into(), "0.25".into(), "12.06".into())
        );
        assert_eq!(of("1200.5"), "1200");
        assert_eq!((of("3"), of("1e9"), of("-0.5")), ("3".into(), "1000000000.0".into(), "-0.5".into()));
        assert_eq!(
            (of("true"), of("\"a b\""), of("null"), of("99999.5")),
            ("true".into(), "a b".into(), "null".into(), "100000".into())
        );
    }

    #[test]
    fn odds_near_their_ends_are_not_rounded_to_them() {
        let shown = [Some(0.0), Some(0.0004), Some(0.05), Some(0.9996), Some(1.0), None].map(odds);
        assert_eq!(shown, ["0.000", "< 0.001", "0.050", "> 0.999", "1.000", "\u{2014}"]);
    }
}
