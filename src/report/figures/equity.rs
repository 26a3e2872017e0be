//! Equity beside buy-and-hold, with the drawdown of both under it.

use super::{Figure, MAIN, REFERENCE, RULE, Source, time_labels};
use crate::report::ReportError;
use crate::report::chart::{Axis, Entry, Parts, Pen, Plot, Role, Sketch, header, label_room, unbroken};
use crate::report::format::{Unit, number};
use crate::report::read::{Run, rows};
use crate::store::Store;

struct Data {
    from: f64,
    to: f64,
    equity: Parts,
    benchmark: Parts,
    drawdown: Parts,
    benchmark_drawdown: Parts,
    currency: String,
}

/// The drawdown axis reaches at least this far down, so that no drawdown looks like none.
const LEAST_FALL: f64 = -0.01;
/// A range this wide is easier to read as factors than as sums.
const LOG_FROM_RATIO: f64 = 5.0;

pub fn figure(store: &Store, run: &Run) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "equity_curve", sql: crate::sql!("report/equity"), args: &[&run.run_id] };
    let found = rows(store, source.sql, source.args, |row| {
        let value = |index: usize| row.get::<_, Option<f64>>(index);
        Ok((row.get::<_, i64>(0)? as f64, [value(1)?, value(2)?, value(3)?, value(4)?]))
    })?;
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(None) };
    let series = |index: usize| unbroken(found.iter().map(|(ts, values)| (*ts, values[index])));
    let data = Data {
        from: first.0,
        to: last.0,
        equity: series(0),
        benchmark: series(1),
        drawdown: series(2),
        benchmark_drawdown: series(3),
        currency: run.currency.clone(),
    };
    let deepest = |index: usize| found.iter().filter_map(|(_, values)| values[index]).min_by(f64::total_cmp);
    let money = |value: Option<f64>| value.map_or("unknown".into(), |value| number(value, Unit::Money, &run.currency));
    let share = |value: Option<f64>| value.map_or("unknown".into(), |value| number(value, Unit::Percent, ""));
    let alt = format!(
        "Line chart. The strategy ends at {}, buy and hold at {}. Deepest drawdown {} against {}.",
        money(last.1[0]),
        money(last.1[1]),
        share(deepest(2)),
        share(deepest(3))
    );
    let scale = if data.is_log() { " on a logarithmic scale" } else { "" };
    let caption = format!(
        "Account value{scale} at every bar, and below it how far it stands under its highest value so far. Buy and \
         hold puts the same capital equally into every symbol at its first open, without costs."
    );
    let title = "Equity and drawdown";
    let figure = source.figure(run, "equity", title, Box::new(move |width| data.sketch(width)));
    Ok(Some(Figure { alt, caption, ..figure }))
}

fn values(parts: &Parts) -> impl Iterator<Item = f64> {
    parts.iter().flatten().map(|point| point.1)
}

impl Data {
    fn money_range(&self) -> (f64, f64) {
        let all = values(&self.equity).chain(values(&self.benchmark));
        all.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    }

    fn is_log(&self) -> bool {
        let (low, high) = self.money_range();
        low > 0.0 && high / low >= LOG_FROM_RATIO
    }

    fn sketch(&self, width: f64) -> Sketch {
        let mut sketch = Sketch::new(width, if width < 600.0 { 410.0 } else { 440.0 });
        let (low, high) = self.money_range();
        let money =
            if self.is_log() { Axis::log(low, high, 6, Unit::Money) } else { Axis::loose([low, high], 5, Unit::Money) };
        let falls = values(&self.drawdown).chain(values(&self.benchmark_drawdown)).chain([0.0, LEAST_FALL]);
        let fall = Axis::loose(falls, 3, Unit::Percent);
        let left = label_room(&money, sketch.font).max(label_room(&fall, sketch.font));
        let time = Axis::time(self.from, self.to, time_labels(width));
        let (upper, lower) = sketch.frame().split_at(sketch.height * 0.6);

        let unit = &self.currency;
        let title = if self.is_log() { format!("Equity, {unit}, log scale") } else { format!("Equity, {unit}") };
        let mut entries = vec![Entry::new("Strategy", MAIN)];
        if !self.benchmark.is_empty() {
            entries.push(Entry::new("Buy and hold", REFERENCE));
        }
        let upper = header(&mut sketch, upper, &title, &entries);
        let bare = Axis { ticks: Vec::new(), ..time.clone() };
        let plot = Plot::new(&mut sketch, upper, bare, money, left, "");
        plot.curve(&mut sketch, &self.benchmark, REFERENCE);
        plot.curve(&mut sketch, &self.equity, MAIN);

        let lower = lower.split_at(sketch.font).1;
        let lower = header(&mut sketch, lower, "Drawdown from the peak, %", &[]);
        let plot = Plot::new(&mut sketch, lower, time, fall, left, "");
        plot.fill(&mut sketch, &self.drawdown, 0.0, Role::Main, 0.22);
        plot.curve(&mut sketch, &self.benchmark_drawdown, Pen { width: 1.2, ..REFERENCE });
        plot.curve(&mut sketch, &self.drawdown, Pen { width: 1.2, ..MAIN });
        plot.level(&mut sketch, 0.0, RULE);
        sketch
    }
}
