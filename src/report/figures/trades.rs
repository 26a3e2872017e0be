//! Every trade as a point: its net return at the time of its exit.

use super::{Figure, RULE, Source, time_labels};
use crate::report::ReportError;
use crate::report::chart::thin::thin;
use crate::report::chart::{Anchor, Axis, Plot, Role, Sketch, header, label_room};
use crate::report::format::{Unit, fixed, number};
use crate::report::read::{Run, rows};
use crate::store::Store;

/// Points of one side of zero that a picture carries; beyond, the extremes of equal stretches of time are kept.
const MOST_POINTS: usize = 800;

pub fn figure(store: &Store, run: &Run) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "trades", sql: crate::sql!("report/trade_returns"), args: &[&run.run_id] };
    let trades = rows(store, source.sql, source.args, |row| Ok((row.get::<_, i64>(0)? as f64, row.get::<_, f64>(1)?)))?;
    if trades.is_empty() {
        return Ok(None);
    }
    let (gains, losses): (Vec<_>, Vec<_>) =
        trades.iter().copied().filter(|trade| trade.1.is_finite()).partition(|trade| trade.1 > 0.0);
    let text = |value: Option<f64>| value.map_or("unknown".into(), |value| number(value, Unit::InPercent, ""));
    let best = text(trades.iter().map(|trade| trade.1).max_by(f64::total_cmp));
    let worst = text(trades.iter().map(|trade| trade.1).min_by(f64::total_cmp));
    let count = |trades: &[(f64, f64)]| fixed(trades.len() as f64, 0);
    let noun = if trades.len() == 1 { "trade" } else { "trades" };
    let told = format!("{} {noun}, {} with a gain; best {best}, worst {worst}", count(&trades), count(&gains));
    let thinned = if gains.len().max(losses.len()) > MOST_POINTS {
        " Of crowded stretches only the extremes are drawn."
    } else {
        ""
    };
    let caption = format!(
        "Net return of each closed trade at its exit, in percent of its entry value. Filled points gained, rings did not. {told}.{thinned}"
    );
    let picture = Box::new(move |width| sketch(&gains, &losses, width));
    let figure = source.figure(run, "trades", "Trades", picture);
    Ok(Some(Figure { alt: format!("Scatter chart of {told}."), caption, ..figure }))
}

fn sketch(gains: &[(f64, f64)], losses: &[(f64, f64)], width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, 260.0);
    let all = || gains.iter().chain(losses);
    let from = all().map(|trade| trade.0).fold(f64::MAX, f64::min);
    let to = all().map(|trade| trade.0).fold(f64::MIN, f64::max);
    // Room at both ends, so that no point sits on an axis.
    let pad = ((to - from) * 0.01).max(1.0);
    let x = Axis::time(from - pad, to + pad, time_labels(width));
    let y = Axis::loose(all().map(|trade| trade.1).chain([0.0]), 5, Unit::InPercent);
    let frame = sketch.frame();
    let frame = header(&mut sketch, frame, "Net return of a trade, %", &[]);
    let left = label_room(&y, sketch.font);
    let plot = Plot::new(&mut sketch, frame, x, y, left, "");
    plot.level(&mut sketch, 0.0, RULE);
    let radius = if all().count() > 300 { 1.9 } else { 2.8 };
    for trade in thin(losses, MOST_POINTS / 4) {
        sketch.dot(plot.at(trade), radius + 0.4, Role::Second, 1.0);
        sketch.dot(plot.at(trade), (radius - 0.8).max(0.8), Role::Paper, 1.0);
    }
    for trade in thin(gains, MOST_POINTS / 4) {
        sketch.dot(plot.at(trade), radius, Role::Main, 1.0);
    }
    if all().count() == 0 {
        sketch.text((plot.inner.left + 10.0, plot.inner.top + 20.0), "no finite returns", Role::Muted, Anchor::Start);
    }
    sketch
}
