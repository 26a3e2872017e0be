//! The study of a run for the page and the pictures.

use super::text::{COLUMNS, findings, share, spread_rows, subject};
use super::{Outcome, Source, Studied};
use crate::cli::Failure;
use crate::report::labels::Table;
use crate::report::study::{Badge, Chart, Fan, Fans, Figure, Histogram, Histograms, Study};
use crate::stats::{Method, Moments, Simulation, growth_curve};
use crate::store::{Store, query};

/// The study of an outcome.
pub fn study(store: &Store, outcome: &Outcome, badges: &[Badge]) -> Result<Study, Failure> {
    let table = query::run(store, crate::sql!("cli/run_performance"), &[Some(outcome.run_id.clone())])?;
    let row = table.json_rows().into_iter().next();
    let currency = row.as_ref().and_then(|row| row["currency"].as_str()).unwrap_or("currency unknown").to_string();
    let mut figures = Vec::new();
    for studied in &outcome.studied {
        figures.push(fans(outcome, studied, &currency));
        figures.extend(histograms(studied, "total_return"));
        figures.extend(histograms(studied, "max_drawdown"));
    }
    Ok(Study {
        stem: "montecarlo".into(),
        title: format!("Monte Carlo of {}", outcome.run_id),
        subject: format!("{}; {} paths a method, seed {}", subject(outcome, row.as_ref()), outcome.paths, outcome.seed),
        findings: findings(outcome),
        badges: badges.to_vec(),
        notes: outcome.notes.clone(),
        summary: Vec::new(),
        figures,
        tables: vec![spreads(outcome), shapes(outcome)],
        run_ids: vec![outcome.run_id.clone()],
        origin: format!("Its numbers are rows {} of the table montecarlo.", outcome.montecarlo_id),
    })
}

/// Distinguishes the figures of trades from those of days.
fn key(source: Source, name: &str) -> String {
    match source {
        Source::Returns => name.to_string(),
        Source::Trades => format!("trades_{name}"),
    }
}

/// `block, mean 6.2 days`, or the name alone.
fn heading(simulation: &Simulation, source: Source) -> String {
    match simulation.block_length {
        Some(length) => format!("{}, mean {length:.1} {}", simulation.method, source.observations()),
        None => simulation.method.to_string(),
    }
}

fn fans(outcome: &Outcome, studied: &Studied, currency: &str) -> Figure {
    let fan = |simulation: &Simulation| Fan {
        label: heading(simulation, studied.source),
        steps: simulation.bands.steps.clone(),
        values: simulation.bands.values.clone(),
    };
    let what = studied.source.observations();
    let ends: Vec<String> = studied
        .simulations
        .iter()
        .filter_map(|simulation| {
            let last = simulation.bands.values.last()?;
            Some(format!("{} from {} to {}", simulation.method, share(last[0] - 1.0), share(last[4] - 1.0)))
        })
        .collect();
    let paths = studied.simulations.first().map_or(0, |simulation| simulation.bands.paths);
    Figure {
        key: key(studied.source, "fan"),
        title: format!("Where paths of the same {what} run"),
        caption: format!(
            "The dark band holds half of {paths} paths at each step, the light one nine tenths; the dashed line is their \
             median, the orange one the account as it was. Shuffled paths all end where the account did."
        ),
        alt: format!("Fan charts. Nine tenths of the paths end: {}.", ends.join("; ")),
        chart: Chart::Fans(Fans {
            fans: studied.simulations.iter().map(fan).collect(),
            observed: growth_curve(&studied.observed),
            capital: outcome.settings.capital,
            currency: currency.to_string(),
            steps_are: what.to_string(),
        }),
    }
}

/// The spread of one metric by every method that varies it; `None` when none does.
fn histograms(studied: &Studied, metric: &str) -> Option<Figure> {
    let varies = |simulation: &&Simulation| metric == "max_drawdown" || simulation.method != Method::Shuffle;
    let spreads: Vec<_> = studied
        .simulations
        .iter()
        .filter(varies)
        .filter_map(|simulation| Some((heading(simulation, studied.source), simulation.spread(metric)?)))
        .collect();
    let (_, first) = spreads.first()?;
    let (title, name, axis) = match metric {
        "total_return" => ("What the paths came to", "return", "Total return of a path, %"),
        _ => ("How deep the paths fell", "drawdown", "Deepest drawdown of a path, %"),
    };
    let told: Vec<String> = spreads
        .iter()
        .map(|(label, spread)| format!("{label} {} to {}", share(spread.interval().0), share(spread.interval().1)))
        .collect();
    let what = studied.source.observations();
    let panels = spreads
        .iter()
        .map(|(label, spread)| Histogram {
            label: label.clone(),
            values: spread.values.clone(),
            interval: spread.interval(),
        })
        .collect();
    Some(Figure {
        key: key(studied.source, name),
        title: format!("{title} (paths of {what})"),
        caption: format!(
            "Paths by outcome; blue inside the 95 % interval, grey outside: {}. The orange line is the run itself, {}.",
            told.join("; "),
            share(first.observed)
        ),
        alt: format!("Histograms with 95 % intervals: {}; as it was {}.", told.join("; "), share(first.observed)),
        chart: Chart::Histograms(Histograms { panels, observed: first.observed, axis: axis.into() }),
    })
}

fn spreads(outcome: &Outcome) -> Table {
    let columns = COLUMNS.iter().map(|(name, is_number)| ((*name).to_string(), *is_number));
    Table {
        title: "How the metrics spread over the paths".into(),
        note: "Quantiles over the paths; 2.5 and 97.5 % bound the 95 % interval. Paths below is the share of paths with a \
               lower value than the run's: of max_drawdown, the probability of a deeper one."
            .into(),
        columns: columns.chain([("paths below".to_string(), true)]).collect(),
        rows: spread_rows(outcome),
    }
}

/// How the observations themselves are spread.
fn shapes(outcome: &Outcome) -> Table {
    let shape = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.2}"));
    let row = |studied: &Studied| {
        let found = |pick: fn(&Moments) -> Option<f64>| studied.moments.as_ref().and_then(pick);
        vec![
            studied.source.observations().to_string(),
            studied.observed.len().to_string(),
            found(|moments| Some(moments.mean)).map_or_else(|| "-".into(), |mean| format!("{:.4} %", mean * 100.0)),
            found(|moments| moments.deviation).map_or_else(|| "-".into(), share),
            shape(found(|moments| moments.skewness)),
            shape(found(|moments| moments.kurtosis)),
        ]
    };
    let columns = ["observations", "n", "mean", "deviation", "skewness", "excess kurtosis"];
    Table {
        title: "What was drawn from".into(),
        note: "A negative skewness means that the large observations are losses; an excess kurtosis above 0 that tails are \
               fatter than normal."
            .into(),
        columns: columns.iter().enumerate().map(|(n, name)| ((*name).to_string(), n > 0)).collect(),
        rows: outcome.studied.iter().map(row).collect(),
    }
}
