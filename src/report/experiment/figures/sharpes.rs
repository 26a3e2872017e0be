//! Sharpe ratios of all trials, with what the luckiest of as many worthless ones would show, and the winner.

use super::{TRIALS, Words, figure};
use crate::report::chart::axis::nice_step;
use crate::report::chart::{Axis, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::experiment::read::{Experiment, Mark};
use crate::report::figures::Figure;
use crate::report::format::{Unit, fixed};

struct Data {
    values: Vec<f64>,
    lucky: Option<f64>,
    winner: Option<f64>,
}

const BARS: f64 = 32.0;

pub fn figure_of(of: &Experiment) -> Option<Figure> {
    let is_counted = |mark: Mark| matches!(mark, Mark::Finished | Mark::Infeasible | Mark::Winner);
    let finished = of.trials.iter().filter(|trial| is_counted(trial.mark));
    let values: Vec<f64> = finished.filter_map(|trial| trial.metrics.number("sharpe")).collect();
    if values.is_empty() {
        return None;
    }
    let lucky = of.yearly(of.number("expected_maximum_sharpe"));
    let winner = of.winner().and_then(|trial| trial.metrics.number("sharpe"));
    let text = |value: Option<f64>| value.map_or_else(|| "unknown".to_string(), |value| fixed(value, 2));
    let words = Words {
        key: "sharpes",
        title: "Sharpe ratios of the trials".into(),
        caption: format!(
            "Yearly, on validation, of {} finished trials. Luck alone would lift the best of so many to SR\u{2080} = {}; the \
             winner stands at {}. A winner near SR\u{2080}, or below it, needs no skill.",
            values.len(),
            text(lucky),
            text(winner)
        ),
        alt: format!("Histogram of {} Sharpe ratios. SR0 {}, winner {}.", values.len(), text(lucky), text(winner)),
    };
    let data = Data { values, lucky, winner };
    let figure = figure(of, &TRIALS, words, Box::new(move |width| sketch(&data, width)));
    Some(Figure { is_half: true, ..figure })
}

fn sketch(data: &Data, width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, 290.0);
    let marks = [data.lucky, data.winner].into_iter().flatten();
    let all = data.values.iter().copied().chain(marks);
    let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    // A single value stands in the middle.
    let (low, high) = if high - low < 0.2 { (low - 0.25, high + 0.25) } else { (low, high) };
    let step = nice_step(((high - low) / BARS).max(0.01));
    let first = (low / step).floor() * step;
    let bins = (((high - first) / step).floor() as usize).min(200) + 1;
    let mut counts = vec![0.0; bins];
    for value in &data.values {
        counts[(((value - first) / step).floor().max(0.0) as usize).min(bins - 1)] += 1.0;
    }
    let most = counts.iter().copied().fold(1.0, f64::max);
    let x = Axis::tight(first, first + step * bins as f64, (width / 70.0) as usize, Unit::Ratio);
    // The labels of the marks stand above the highest bar.
    let y = Axis::loose([0.0, most * 1.22], 4, Unit::Count);
    let left = label_room(&y, sketch.font);
    let frame = sketch.frame();
    let frame = header(&mut sketch, frame, "Trials", &[]);
    let plot = Plot::new(&mut sketch, frame, x, y, left, "Sharpe ratio a year");
    for (index, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        let edge = first + step * index as f64;
        let (a, b) = (plot.at((edge, 0.0)), plot.at((edge + step, *count)));
        let inset = if b.0 - a.0 > 4.0 { 0.5 } else { 0.0 };
        sketch.bar((a.0 + inset, a.1), (b.0 - inset, b.1), Role::Main);
    }
    if let Some(winner) = data.winner {
        plot.marker(&mut sketch, winner, "winner", 1, Pen::solid(Role::Second, 1.8));
    }
    if let Some(lucky) = data.lucky {
        plot.marker(&mut sketch, lucky, "SR\u{2080}, luck alone", 0, Pen::dashed(Role::Ink, 1.4, 4.0, 3.0));
    }
    sketch
}
