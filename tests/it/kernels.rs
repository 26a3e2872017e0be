//! Every kernel against TA-Lib's numbers, or pandas' where TA-Lib has no such function, and against itself resumed.
//!
//! Golden numbers and bars (SYNTHETIC) are made by `tests/peers/kernels.py`.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use workstation::domain::{Bar, Bars, Interval, Ts};
use workstation::features::{self, FeatureSet, KERNELS, Param, Reads};

use crate::market::csv_rows;

fn golden(file: &str) -> (Vec<String>, Vec<csv::StringRecord>) {
    csv_rows(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/golden")).join(file))
}

fn bars() -> Bars {
    let (header, rows) = golden("kernels_bars.csv.gz");
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let mut bars = Bars::empty("SYNTHETIC".parse().unwrap(), Interval::M5);
    for (index, row) in rows.iter().enumerate() {
        let number = |name: &str| row[column(name)].parse().unwrap_or(f64::NAN);
        let ts = Ts(index as i64 * Interval::M5.micros());
        bars.push(Bar {
            ts,
            close_ts: ts.plus(Interval::M5.micros()),
            session_date: Ts::parse(&row[column("session_date")]).unwrap().day(),
            open: number("open"),
            high: number("high"),
            low: number("low"),
            close: number("close"),
            volume: number("volume"),
            vwap: number("vwap"),
        });
    }
    bars
}

/// A set with one kernel feature, as a user would write it.
fn set_of(kernel: &str, inputs: &str, parameters: &str, output: &str) -> FeatureSet {
    let info = KERNELS.iter().find(|info| info.name == kernel).unwrap_or_else(|| panic!("no kernel {kernel}"));
    let names: Vec<&str> = inputs.split(';').collect();
    let mut parts = vec![format!("kernel = '{kernel}'")];
    match info.reads {
        Reads::Bar => {}
        Reads::One => parts.push(format!("input = '{}'", names[0])),
        Reads::Two => parts.push(format!("input = '{}', against = '{}'", names[0], names[1])),
    }
    parts.extend(parameters.split(';').filter(|text| !text.is_empty()).map(|text| text.replace('=', " = ")));
    if info.outputs.len() > 1 {
        parts.push(format!("output = '{output}'"));
    }
    let definition = parts.join(", ");
    let text = format!(
        "name = 'one'\nabout = ''\n[[feature]]\nname = 'x'\ndefinition = {{ {definition} }}\nunit = ''\nrole = 'price'"
    );
    FeatureSet::parse(&definition, &text).unwrap()
}

#[test]
fn every_kernel_is_ta_libs_or_pandas() {
    let bars = bars();
    let (header, rows) = golden("kernels_talib.csv.gz");
    let (_, columns) = golden("kernels_columns.csv");
    let place: HashMap<&str, usize> = header.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut covered = BTreeSet::new();
    for column in &columns {
        let (name, kernel, scale) = (&column[0], &column[1], &column[4]);
        let set = set_of(kernel, &column[5], &column[2], &column[3]);
        let ours = &features::kernel_columns(&set, &bars)[0];
        covered.insert(kernel.to_string());
        let mut first = None;
        for (bar, (row, ours)) in rows.iter().zip(ours).enumerate() {
            let theirs: Option<f64> = (!row[place[name]].is_empty()).then(|| row[place[name]].parse().unwrap());
            assert_eq!(theirs.is_none(), ours.is_nan(), "{name} at bar {bar}: {ours} against {theirs:?}");
            let Some(theirs) = theirs else { continue };
            first.get_or_insert(bar);
            let floor = match scale {
                "one" => 1.0,
                "spread" => 1e-6 * bars.close[bar],
                _ => 1e-2,
            };
            let tolerance = 1e-8 * theirs.abs().max(floor);
            assert!((ours - theirs).abs() <= tolerance, "{name} at bar {bar}: {ours} against {theirs}");
        }
        // These wait for a session, or for volume.
        let waits = ["session_vwap", "opening_range", "volume_ratio"].contains(&kernel);
        assert!(waits || first == Some(set.warmup()), "{name}: first at {first:?}, said {}", set.warmup());
    }
    assert_eq!(rows.len(), bars.len());
    let missing: Vec<&str> = KERNELS.iter().map(|info| info.name).filter(|name| !covered.contains(*name)).collect();
    // These two are pandas' rolling rank and quantile; they are held to their definitions in the tests below.
    assert_eq!(missing, ["rank", "quantile"]);
    assert!(covered.len() >= 55 && columns.len() > 190, "{} kernels, {} columns", covered.len(), columns.len());
}

#[test]
fn rank_is_the_mean_share_of_lower_and_equal_values() {
    let bars = bars();
    let ours = &features::kernel_columns(&set_of("rank", "close", "n=7", ""), &bars)[0];
    for (bar, ours) in ours.iter().enumerate().skip(6) {
        let window = &bars.close[bar - 6..=bar];
        let below = window.iter().filter(|x| **x < bars.close[bar]).count() as f64;
        let equal = window.iter().filter(|x| **x == bars.close[bar]).count() as f64;
        assert_eq!(*ours, (below + (equal + 1.0) / 2.0) / 7.0);
    }
}

#[test]
fn quantile_lies_between_the_sorted_values() {
    let bars = bars();
    for (n, q) in [(7, 0.8), (20, 0.25), (2, 0.5), (1, 0.3)] {
        let ours = &features::kernel_columns(&set_of("quantile", "close", &format!("n={n};q={q}"), ""), &bars)[0];
        for (bar, ours) in ours.iter().enumerate().skip(n - 1) {
            let mut window = bars.close[bar + 1 - n..=bar].to_vec();
            window.sort_by(f64::total_cmp);
            let place = q * (n - 1) as f64;
            let (low, high) = (window[place.floor() as usize], window[place.ceil() as usize]);
            let wanted = low + (high - low) * place.fract();
            assert!((ours - wanted).abs() <= 1e-12 * wanted.abs(), "{n} {q} at {bar}: {ours} {wanted}");
        }
    }
}

/// Parameters in the middle of what a kernel takes.
fn usual(params: &[Param]) -> String {
    let value = |at: usize, param: &Param| match param {
        Param::Period(name) | Param::Period2(name) => format!("{name}={}", 3 + 2 * at),
        Param::Number { name, .. } => format!("{name}=0.5"),
    };
    params.iter().enumerate().map(|(at, param)| value(at, param)).collect::<Vec<_>>().join(";")
}

#[test]
fn every_kernel_resumes_exactly_and_forgets_as_it_says() {
    let whole = bars();
    for info in KERNELS {
        let set = set_of(info.name, "high;low", &usual(info.params), info.outputs[0]);
        let feature = &set.features()[0];
        let features::Definition::Kernel { spec, output } = feature.definition else { unreachable!() };
        let all = &features::kernel_columns(&set, &whole)[0];
        for cut in [0, 1, 5, 77, 350] {
            let mut first = spec.start();
            for at in 0..cut {
                first.step(&whole.get(at).unwrap());
            }
            let state = first.save().unwrap();
            let mut resumed = spec.start();
            assert!(resumed.load(&state).unwrap().is_empty(), "{}", info.name);
            for (at, wanted) in all.iter().enumerate().skip(cut) {
                let got = resumed.step(&whole.get(at).unwrap())[output];
                assert_eq!(got.to_bits(), wanted.to_bits(), "{} resumed at {cut}, bar {at}", info.name);
            }
        }
        // Started later, it gives the same once it has forgotten: what the record says of its memory is true.
        let Some(settles) = feature.memory.settles() else { continue };
        let late = 200;
        let mut later = Bars::empty(whole.symbol.clone(), whole.interval);
        (late..whole.len()).for_each(|at| later.push(whole.get(at).unwrap()));
        let short = &features::kernel_columns(&set, &later)[0];
        for at in late + settles..whole.len() {
            let (long, short) = (all[at], short[at - late]);
            let scale = if info.name == "adosc" { 1e4 } else { long.abs().max(whole.close[at]) };
            let same = (long.is_nan() && short.is_nan()) || (long - short).abs() <= 1e-8 * scale;
            assert!(same, "{} at bar {at}: {long} with a longer history, {short}", info.name);
        }
    }
}
