//! The page of a study, in one file that needs no network.

use minijinja::value::Serde;
use minijinja::{Environment, Value};

use super::Study;
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
            key => figure.key.as_str(), title => figure.title.as_str(), caption => figure.caption.as_str(),
            alt => figure.alt.as_str(), wide => draw(WIDE)?, phone => draw(PHONE)?,
        });
    }
    let badge = |badge: &super::Badge| (badge.text.clone(), badge.meaning.clone());
    let store_name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = minijinja::context! {
        generated => now.naive().format("%Y-%m-%d %H:%M").to_string(),
        store => store_name,
        version => crate::store::runs::code_version(),
        light => Value::from_safe_string(Theme::Light.css()),
        dark => Value::from_safe_string(Theme::Dark.css()),
        title => study.title.as_str(),
        subject => study.subject.as_str(),
        findings => study.findings.clone(),
        notes => study.notes.clone(),
        badges => Value::from(Serde(study.badges.iter().map(badge).collect::<Vec<_>>())),
        figures => figures,
        tables => Value::from(Serde(study.tables.clone())),
        origin => study.origin.as_str(),
    };
    Ok(environment.get_template("study.html")?.render(page)?)
}
