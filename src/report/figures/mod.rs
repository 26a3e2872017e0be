//! The figures of a report. Each file reads what its figure shows and returns `None` when the run has no such data.

mod calibration;
mod classes;
mod curves;
mod equity;
mod monthly;
mod returns;
mod sweep;
mod trades;
mod training;

use super::ReportError;
use super::chart::{Pen, Role, Sketch};
use super::read::{Record, Run, pasteable};
use crate::store::Store;

/// Draws the figure for a width in logical pixels.
pub type Picture = Box<dyn Fn(f64) -> Sketch + Send + Sync>;

/// A figure with everything a reader needs beside it.
pub struct Figure {
    /// Short name, unique within its run; part of file names.
    pub key: String,
    /// Heading.
    pub title: String,
    /// What it shows and how to read it, with the numbers that matter.
    pub caption: String,
    /// Text that stands in for the picture.
    pub alt: String,
    /// Views or tables it is drawn from.
    pub views: &'static str,
    /// Run it is drawn from.
    pub run_id: String,
    /// Statement that gives its data.
    pub sql: String,
    /// Whether half the page width is enough.
    pub is_half: bool,
    /// The drawing.
    pub picture: Picture,
}

/// Where a figure's data comes from.
struct Source<'a> {
    views: &'static str,
    sql: &'a str,
    args: &'a [&'a str],
}

impl Source<'_> {
    fn figure(&self, run: &Run, key: &str, title: &str, picture: Picture) -> Figure {
        Figure {
            key: key.to_string(),
            title: title.to_string(),
            caption: String::new(),
            alt: String::new(),
            views: self.views,
            run_id: run.run_id.clone(),
            sql: pasteable(self.sql, self.args),
            is_half: false,
            picture,
        }
    }
}

const MAIN: Pen = Pen::solid(Role::Main, 1.7);
const REFERENCE: Pen = Pen::dashed(Role::Reference, 1.5, 6.0, 4.0);
const SECOND: Pen = Pen::dashed(Role::Second, 1.7, 9.0, 3.5);
const THIRD: Pen = Pen::dashed(Role::Third, 1.9, 2.5, 3.0);
const RULE: Pen = Pen::solid(Role::Muted, 1.0);

/// Figures of the account and its trades.
pub fn of_account(store: &Store, run: &Run) -> Result<Vec<Figure>, ReportError> {
    let figures = [
        equity::figure(store, run)?,
        monthly::figure(store, run)?,
        returns::figure(store, run)?,
        trades::figure(store, run)?,
    ];
    Ok(figures.into_iter().flatten().collect())
}

/// Figures of a classifier on one split, whose metrics are given.
pub fn of_classifier(store: &Store, run: &Run, split: &str, metrics: &Record) -> Result<Vec<Figure>, ReportError> {
    let mut figures = classes::figures(store, run, split)?;
    figures.extend(curves::roc(store, run, split, metrics)?);
    figures.extend(curves::pr(store, run, split, metrics)?);
    figures.extend(calibration::figure(store, run, split)?);
    figures.extend(sweep::figure(store, run, split, metrics)?);
    Ok(figures)
}

/// Figures of what closed trades predicted, for runs that have no classifier of their own.
pub fn of_traces(store: &Store, run: &Run) -> Result<Vec<Figure>, ReportError> {
    classes::figures(store, run, "")
}

/// The training curves of a run.
pub fn of_training(store: &Store, run: &Run) -> Result<Vec<Figure>, ReportError> {
    Ok(training::figure(store, run)?.into_iter().collect())
}

/// How many time labels fit a width.
fn time_labels(width: f64) -> usize {
    (width / 95.0).max(2.0) as usize
}
