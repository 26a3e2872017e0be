//! How daily returns are spread, beside the normal curve of the same mean and deviation.

use super::{Figure, RULE, Source};
use crate::report::ReportError;
use crate::report::chart::axis::nice_step;
use crate::report::chart::{Axis, Entry, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::format::{Unit, number};
use crate::report::read::{Run, rows};
use crate::store::Store;

struct Data {
    changes: Vec<f64>,
    mean: Option<f64>,
    deviation: Option<f64>,
}

/// From this share of exactly flat days on, they are told in words instead of as one towering bar.
const FLAT_SHARE: f64 = 0.2;
const BINS: f64 = 44.0;
const NORMAL: Pen = Pen::dashed(Role::Reference, 1.5, 6.0, 4.0);

pub fn figure(store: &Store, run: &Run) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "run_returns", sql: crate::sql!("report/returns"), args: &[&run.run_id] };
    let found = rows(store, source.sql, source.args, |row| {
        Ok((row.get::<_, f64>(1)?, row.get::<_, Option<f64>>(2)?, row.get::<_, Option<f64>>(3)?))
    })?;
    let Some((_, mean, deviation)) = found.first().copied() else { return Ok(None) };
    let all: Vec<f64> = found.iter().map(|row| row.0).filter(|change| change.is_finite()).collect();
    let flat = all.iter().filter(|change| **change == 0.0).count();
    let leaves_out_flat = flat < all.len() && flat as f64 >= FLAT_SHARE * all.len() as f64;
    let changes: Vec<f64> = all.iter().copied().filter(|change| !leaves_out_flat || *change != 0.0).collect();
    let share = |value: Option<f64>| value.map_or("unknown".into(), |value| number(value, Unit::Percent, ""));
    let worst = share(all.iter().copied().min_by(f64::total_cmp));
    let best = share(all.iter().copied().max_by(f64::total_cmp));
    let left_out = if leaves_out_flat {
        format!(" {flat} of {} days were flat; the bars leave them out, mean and deviation count them.", all.len())
    } else {
        " The dashed curve is a normal distribution with this mean and deviation.".to_string()
    };
    let caption = format!(
        "Days by return of session-end equity. Mean {} a day, standard deviation {}; worst day {worst}, best {best}.{left_out}",
        share(mean),
        share(deviation)
    );
    let alt = format!("Histogram of {} daily returns from {worst} to {best}, mean {}.", changes.len(), share(mean));
    // The curve speaks of all days, so it is drawn only when the bars do.
    let data = Data { changes, mean, deviation: deviation.filter(|_| !leaves_out_flat) };
    let marks = deviation;
    let picture = Box::new(move |width| data.sketch(width, marks));
    Ok(Some(Figure { alt, caption, ..source.figure(run, "returns", "Daily returns", picture) }))
}

impl Data {
    /// Bars as (left edge, count), all of one width.
    fn bins(&self) -> (f64, Vec<(f64, f64)>) {
        let low = self.changes.iter().copied().fold(f64::MAX, f64::min);
        let high = self.changes.iter().copied().fold(f64::MIN, f64::max);
        let width = if high > low { nice_step((high - low) / BINS) } else { 0.001 };
        let index = |change: f64| (change / width + 1e-9).floor() as i64;
        let mut counts = std::collections::BTreeMap::<i64, f64>::new();
        for change in &self.changes {
            *counts.entry(index(*change)).or_default() += 1.0;
        }
        (width, counts.into_iter().map(|(bin, count)| (bin as f64 * width, count)).collect())
    }

    fn sketch(&self, width: f64, deviation: Option<f64>) -> Sketch {
        let mut sketch = Sketch::new(width, if width < 600.0 { 270.0 } else { 280.0 });
        let (step, bins) = self.bins();
        let first = bins.first().map_or(0.0, |bin| bin.0) - step;
        let last = bins.last().map_or(0.0, |bin| bin.0) + 2.0 * step;
        let x = Axis::tight(first, last, (width / 75.0) as usize, Unit::Percent);
        let normal = self.normal(step, first, last);
        let heights = bins.iter().map(|bin| bin.1).chain(normal.iter().map(|point| point.1)).chain([0.0]);
        let y = Axis::loose(heights, 4, Unit::Count);
        let entries = if normal.is_empty() { vec![] } else { vec![Entry::new("Normal distribution", NORMAL)] };
        let frame = sketch.frame();
        let frame = header(&mut sketch, frame, "Days", &entries);
        let left = label_room(&y, sketch.font);
        let plot = Plot::new(&mut sketch, frame, x, y, left, "Return of the day, %");
        for (edge, count) in &bins {
            let role = if *edge < -step / 2.0 { Role::Second } else { Role::Main };
            let (a, b) = (plot.at((*edge, 0.0)), plot.at((edge + step, *count)));
            let inset = if b.0 - a.0 > 4.0 { 0.5 } else { 0.0 };
            sketch.bar((a.0 + inset, a.1), (b.0 - inset, b.1), role);
        }
        plot.curve(&mut sketch, &[normal], NORMAL);
        if let Some(mean) = self.mean {
            plot.marker(&mut sketch, mean, "mean", 0, Pen::solid(Role::Ink, 1.2));
            for (deviation, label) in
                deviation.filter(|sd| *sd > 0.0).into_iter().flat_map(|sd| [(sd, "+1σ"), (-sd, "−1σ")])
            {
                if (first..=last).contains(&(mean + deviation)) {
                    plot.marker(&mut sketch, mean + deviation, label, 1, Pen::dashed(Role::Muted, 1.0, 3.0, 3.0));
                }
            }
        }
        plot.level(&mut sketch, 0.0, RULE);
        sketch
    }

    /// Expected count a bin under the normal distribution; empty without variance.
    fn normal(&self, step: f64, from: f64, to: f64) -> Vec<(f64, f64)> {
        let (Some(mean), Some(deviation)) = (self.mean, self.deviation.filter(|sd| *sd > 1e-12)) else {
            return Vec::new();
        };
        let height = self.changes.len() as f64 * step / (deviation * std::f64::consts::TAU.sqrt());
        let x = |index: i32| from + (to - from) * f64::from(index) / 160.0;
        (0..=160).map(|index| (x(index), height * (-0.5 * ((x(index) - mean) / deviation).powi(2)).exp())).collect()
    }
}
