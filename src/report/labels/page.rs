//! The page of a label audit, in one file that needs no network.

use minijinja::value::Serde;
use minijinja::{Environment, Value};
use rayon::prelude::*;
use serde::Serialize;

use super::{Audit, Outcome, tile};
use crate::domain::Ts;
use crate::report::ReportError;
use crate::report::chart::{Theme, render};
use crate::store::{Store, embedded};

/// A way to filter: class of the tiles, words, and how many there are.
#[derive(Serialize)]
struct Choice {
    class: String,
    label: String,
    n: usize,
}

/// The page.
pub fn html(store: &Store, audit: &Audit, now: Ts) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    for (name, text) in embedded::TEMPLATES {
        environment.add_template(name, text)?;
    }
    let fault = |detail| ReportError::Figure { figure: "labels".into(), detail };
    let drawn: Vec<String> =
        audit.tiles.par_iter().map(|tile| render::svg(&tile::sketch(tile)).map_err(fault)).collect::<Result<_, _>>()?;
    let tiles: Vec<Value> = audit
        .tiles
        .iter()
        .zip(drawn)
        .map(|(tile, svg)| {
            minijinja::context! {
                split => tile.split.as_str(),
                outcome => tile.outcome.as_str(),
                is_faulty => !tile.faults.is_empty(),
                label => tile.label,
                heading => tile.heading(),
                caption => tile.caption(),
                faults => Value::from(Serde(tile.faults.clone())),
                svg => Value::from_safe_string(svg),
            }
        })
        .collect();
    let store_name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = minijinja::context! {
        generated => now.naive().format("%Y-%m-%d %H:%M").to_string(),
        store => store_name,
        version => crate::store::runs::code_version(),
        light => Value::from_safe_string(Theme::Light.css()),
        dark => Value::from_safe_string(Theme::Dark.css()),
        label_set => audit.label_set.as_str(),
        sentence => audit.sentence.as_str(),
        notes => Value::from(Serde(audit.notes.clone())),
        is_synthetic => audit.is_synthetic,
        tables => Value::from(Serde(audit.tables.clone())),
        splits => Value::from(Serde(splits(audit))),
        outcomes => Value::from(Serde(outcomes(audit))),
        tiles => tiles,
    };
    Ok(environment.get_template("labels.html")?.render(page)?)
}

fn splits(audit: &Audit) -> Vec<Choice> {
    let parts = audit.tiles.chunk_by(|a, b| a.split == b.split);
    let named = parts.filter_map(|part| Some((part.first()?.split.clone(), part.len())));
    named.map(|(split, n)| Choice { class: split.clone(), label: split, n }).collect()
}

/// The outcomes that occur, and the faulty ones when there are any.
fn outcomes(audit: &Audit) -> Vec<Choice> {
    let count = |outcome: Outcome| audit.tiles.iter().filter(|tile| tile.outcome == outcome).count();
    let named = Outcome::ALL.into_iter().map(|outcome| Choice {
        class: outcome.as_str().into(),
        label: outcome.label().into(),
        n: count(outcome),
    });
    let n = audit.tiles.iter().filter(|tile| !tile.faults.is_empty()).count();
    let faulty = Choice { class: "faulty".into(), label: "with faults".into(), n };
    named.chain([faulty]).filter(|choice| choice.n > 0).collect()
}
