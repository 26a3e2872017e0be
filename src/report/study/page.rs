//! The page of a study, in one file that needs no network.

use minijinja::value::Serde;
use minijinja::{Environment, Value};

use super::{Study, Table};
use crate::domain::Ts;
use crate::report::ReportError;
use crate::report::chart::{Theme, render};
use crate::report::page::{PHONE, WIDE};
use crate::store::{Store, embedded};

/// The page.
pub fn html(store: &Store, study: &Study, now: Ts) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    for (name, text) in embedded::TEMPLATES {
        environment.add_template(name, text)?;
    }
    let mut figures = Vec::with_capacity(study.figures.len());
    for figure in &study.figures {
        let draw = |width: f64| {
            let fault = |detail| ReportError::Figure { figure: figure.key.clone(), detail };
            render::svg(&figure.chart.sketch(width)).map(Value::from_safe_string).map_err(fault)
        };
        figures.push(minijinja::context! {
            key => figure.key.as_str(), title => figure.title.as_str(), caption => typeset(&figure.caption),
            alt => figure.alt.as_str(), wide => draw(WIDE)?, phone => draw(PHONE)?,
        });
    }
    let badge = |badge: &super::Badge| (badge.text.clone(), badge.meaning.clone(), badge.good);
    let store_name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = minijinja::context! {
        generated => now.naive().format("%Y-%m-%d %H:%M").to_string(),
        store => store_name,
        version => crate::store::runs::code_version(),
        light => Value::from_safe_string(Theme::Light.css()),
        dark => Value::from_safe_string(Theme::Dark.css()),
        title => study.title.as_str(),
        subject => typeset(&study.subject),
        findings => lines(&study.findings),
        notes => lines(&study.notes),
        badges => Value::from(Serde(study.badges.iter().map(badge).collect::<Vec<_>>())),
        figures => figures,
        summary => Value::from(Serde(study.summary.iter().map(typeset_table).collect::<Vec<_>>())),
        tables => Value::from(Serde(study.tables.iter().map(typeset_table).collect::<Vec<_>>())),
        origin => study.origin.as_str(),
    };
    Ok(environment.get_template("study.html")?.render(page)?)
}

/// Sentences: a capital first, a full stop last.
fn lines(texts: &[String]) -> Vec<String> {
    let line = |text: &String| {
        let mut letters = text.chars();
        let first: String = letters.next().map_or_else(String::new, |first| first.to_uppercase().collect());
        typeset(&format!("{first}{}.", letters.as_str()))
    };
    texts.iter().map(line).collect()
}

fn typeset_table(table: &Table) -> Table {
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| typeset(cell)).collect()).collect();
    Table { rows, ..table.clone() }
}

/// A minus before numbers, and no break between a number and its percent sign.
fn typeset(text: &str) -> String {
    let mut set = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        set.push(match letter {
            '-' if !before.is_alphanumeric() && next.is_ascii_digit() => '\u{2212}',
            ' ' if next == '%' && before.is_ascii_digit() => '\u{a0}',
            other => other,
        });
        before = letter;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_and_ids_stay() {
        assert_eq!(typeset("(-1.5 % of backtest-20261121-0933)"), "(\u{2212}1.5\u{a0}% of backtest-20261121-0933)");
        assert_eq!(typeset("2024-01-02 to -3"), "2024-01-02 to \u{2212}3");
        assert_eq!(lines(&["between -1 and 2".into()]), ["Between \u{2212}1 and 2."]);
    }
}
