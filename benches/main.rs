//! Speed beside a peer or a limit, in one run, as ratios: machines are shared and noisy, and timings decide no test.
//!
//! `cargo bench` prints a table (`cargo bench -- newest` one case: ingest, core23, newest, engine, minutes, market,
//! performance, suggest, results); every case runs five times, ours and the peer in turn, and the medians are compared.
//! Data are synthetic. Peak memory is the process's high-water mark after the case (Linux).

use std::collections::BTreeMap;
use std::time::Instant;

use workstation::backtest::{Config, Data, sweep};
use workstation::domain::{Bar, Bars, Interval, Silent, Symbol, Ts};
use workstation::features::{self, FeatureSet, Live};
use workstation::ingest::synthetic::Market;
use workstation::ingest::{self, Options};
use workstation::search::{Condition, Dimension, Direction, Domain, Observed, Sampler, Space, Tpe, TrialState, Value};
use workstation::store::bars::{self, coverage};
use workstation::store::guard::{Files, Statement};
use workstation::store::series::SeriesFilter;
use workstation::store::{Store, duckdb, output};
use workstation::telemetry::Recorder;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Runs of each side.
const TIMES: usize = 5;

fn main() -> Outcome<()> {
    println!("{:<44} {:>12} {:>24} {:>9} {:>10}", "case", "ours", "peer or limit", "ratio", "peak MiB");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    type Case = (&'static str, fn() -> Outcome<()>);
    let cases: [Case; 9] = [
        ("ingest", ingest_beside_read_csv),
        ("core23", core23),
        ("newest", newest_bars),
        ("engine", engine),
        ("minutes", recorded_minutes),
        ("market", recorded_market),
        ("performance", performance_view),
        ("suggest", tpe_suggestion),
        ("results", streamed_results),
    ];
    for (name, run) in cases {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            run()?;
        }
    }
    Ok(())
}

fn seconds(mut work: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Peak resident memory of the process, in MiB; `None` off Linux.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// One line; the ratio is above 1 when ours is faster than the peer or limit.
fn line(case: &str, ours: &str, peer: &str, ratio: f64) {
    let memory = peak_mib().map_or_else(|| "-".into(), |mib| format!("{mib:.0}"));
    println!("{case:<44} {ours:>12} {peer:>24} {ratio:>8.2}x {memory:>10}");
}

/// A minute series long enough to measure.
fn minutes(days: usize) -> Outcome<Bars> {
    let market =
        Market { symbols: 1, days, interval: Interval::M1, seed: 5, drift: 0.0, start_day: 10_000, calendar: None };
    let series = market.series()?.next().ok_or("the market is empty")?;
    let mut bars = Bars::empty(series.symbol, Interval::M1);
    series.bars.into_iter().for_each(|bar| bars.push(bar));
    Ok(bars)
}

/// Rows of the file that is taken in.
const ROWS: i64 = 5_000_000;

/// Minute rows as vendors write them, prices with all their digits.
fn write_minutes(path: &std::path::Path) -> Outcome<()> {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "timestamp,open,high,low,close,volume")?;
    let (mut state, mut close) = (88_172_645_463_325_252_u64, 100.0_f64);
    for row in 0..ROWS {
        // Xorshift: a cheap walk that goes nowhere in particular.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let open = close;
        close = 100.0 + (close - 100.0) * 0.9999 + (state % 1_000) as f64 / 7e3 - 0.0713;
        let wick = (state >> 32) as f64 / 1e11;
        let (high, low) = (open.max(close) + wick, open.min(close) - wick);
        writeln!(
            file,
            "{},{open},{high},{low},{close},{}",
            Ts(946_684_800_000_000 + row * 60_000_000),
            state % 99_991
        )?;
    }
    Ok(())
}

/// Store from CSV, checks and all, beside DuckDB's own `CREATE TABLE AS SELECT .. FROM read_csv` on the same file.
fn ingest_beside_read_csv() -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("ws-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let csv = folder.join("BENCH_1m.csv");
    write_minutes(&csv)?;
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        let store = Store::open(&folder.join(format!("{n}.duckdb")), Ts(0))?;
        ours.push(seconds(|| {
            ingest::run(&store, std::slice::from_ref(&csv), &Options::default(), Ts(0), &Silent)?;
            Ok(())
        })?);
        let other = duckdb::Connection::open(folder.join(format!("peer{n}.duckdb")))?;
        let path = csv.display().to_string().replace('\'', "''");
        peer.push(seconds(
            || Ok(other.execute_batch(&format!("CREATE TABLE t AS SELECT * FROM read_csv('{path}')"))?),
        )?);
    }
    std::fs::remove_dir_all(&folder)?;
    let (ours, peer) = (median(ours), median(peer));
    let label = format!("ingest {} M CSV rows, checked", ROWS / 1_000_000);
    line(&label, &format!("{ours:.2} s"), &format!("DuckDB CTAS {peer:.2} s"), peer / ours);
    Ok(())
}

/// core23 from store to store, beside the rate that 2.6 M daily rows in 2.2 s need.
fn core23() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("core23.duckdb"), Ts(0))?;
    let market = Market {
        symbols: 400,
        days: 3_276,
        interval: Interval::D1,
        seed: 6,
        drift: 0.0,
        start_day: 8_000,
        calendar: None,
    };
    ingest::synthetic::store_market(&store, &market, Ts(0), &Silent)?;
    let set = FeatureSet::load("core23")?;
    let rows = (market.symbols * market.days) as f64;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        times.push(seconds(|| {
            features::build(&store, &set, &SeriesFilter::default(), Ts(0), &Silent)?;
            Ok(())
        })?);
    }
    let rate = rows / median(times);
    let limit = 2.6e6 / 2.2;
    line(
        "core23, 400 symbols x 3276 days",
        &format!("{:.2} M/s", rate / 1e6),
        &format!("limit {:.2} M rows/s", limit / 1e6),
        rate / limit,
    );
    Ok(())
}

/// core23 of the newest bar of 143 symbols, on a store in a file with sentiment, beside the limit for an update.
fn newest_bars() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("live.duckdb"), Ts(0))?;
    let market = Market {
        symbols: 143,
        days: 3_276,
        interval: Interval::D1,
        seed: 6,
        drift: 0.0,
        start_day: 8_000,
        calendar: None,
    };
    ingest::synthetic::store_market(&store, &market, Ts(0), &Silent)?;
    let set = FeatureSet::load("core23")?;
    let mut live = Live::open(&store, &set, &SeriesFilter::default(), Ts(0), &Silent)?;
    let mut newest: BTreeMap<Ts, Vec<(Symbol, Interval, Bar)>> = BTreeMap::new();
    for found in coverage(&store)? {
        let Some(bar) = bars::load(&store, &found.symbol, Interval::D1, Some(found.last), None)?.get(0) else {
            continue;
        };
        // The last bar comes again, day after day.
        for day in 1..=20 {
            let (ts, close_ts) = (bar.ts.plus(day * 86_400_000_000), bar.close_ts.plus(day * 86_400_000_000));
            newest.entry(ts).or_default().push((found.symbol.clone(), Interval::D1, Bar { ts, close_ts, ..bar }));
        }
    }
    let mut times = Vec::new();
    for new in newest.values() {
        times.push(seconds(|| Ok(live.update(new).map(drop)?))?);
    }
    let ours = median(times);
    line("core23, newest bar of 143 symbols", &format!("{:.1} ms", ours * 1e3), "limit 20 ms", 0.02 / ours);
    Ok(())
}

/// The engine on one series: the sweep path, full recording, and brackets.
fn engine() -> Outcome<()> {
    let bars = [minutes(2_400)?];
    let symbol: Symbol = bars[0].symbol.clone();
    let mut config = Config::new("sma_cross", vec![symbol], Interval::M1);
    let n = bars[0].len() as f64;
    let cases = [
        ("sma_cross, nothing recorded", false, false, 25e6),
        ("sma_cross, all recorded", true, false, 5e6),
        ("sma_cross, brackets, nothing recorded", false, true, 2e6),
    ];
    for (name, recorded, brackets, limit) in cases {
        config.stop_loss = brackets.then_some(0.01);
        config.take_profit = brackets.then_some(0.02);
        let plan = config.check()?;
        let mut times = Vec::new();
        for _ in 0..TIMES {
            times.push(seconds(|| {
                if recorded {
                    let mut recorder = Recorder::new(config.capital, 1, bars[0].len());
                    workstation::backtest::simulate(&Data::of(&bars), &plan, &mut recorder, &Silent)?;
                } else {
                    std::hint::black_box(sweep(&Data::of(&bars), &plan)?);
                }
                Ok(())
            })?);
        }
        let rate = n / median(times);
        line(name, &format!("{:.1} M/s", rate / 1e6), &format!("limit {:.0} M bars/s", limit / 1e6), rate / limit);
    }
    Ok(())
}

/// Seconds of backtests from a store into it, everything recorded and measured.
fn recorded(store: &Store, config: &Config, times: usize) -> Outcome<f64> {
    let once = || {
        seconds(|| {
            let outcome = workstation::backtest::run(store, config, Ts(0), &Silent)?;
            std::hint::black_box(outcome.metrics);
            Ok(())
        })
    };
    Ok(median((0..times).map(|_| once()).collect::<Outcome<Vec<f64>>>()?))
}

/// One symbol over a million minute bars, from a store into it.
fn recorded_minutes() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("minutes.duckdb"), Ts(0))?;
    let days = 2_381;
    let market =
        Market { symbols: 1, days, interval: Interval::M1, seed: 1, drift: 0.25, start_day: 10_000, calendar: None };
    ingest::synthetic::store_market(&store, &market, Ts(0), &Silent)?;
    let config = Config::new("sma_cross", market.names()?, Interval::M1);
    let ours = recorded(&store, &config, TIMES)?;
    line("backtest, store to store, 1 M minute bars", &format!("{ours:.2} s"), "limit 2 s", 2.0 / ours);
    Ok(())
}

/// One account over 10 000 symbols x 2500 days with about 2000 entries a day, from a store into it.
fn recorded_market() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("market.duckdb"), Ts(0))?;
    store.with_memory_limit(|| {
        store.conn().execute_batch(include_str!("daily_market.sql")).map_err(workstation::store::StoreError::from)
    })?;
    let symbols = coverage(&store)?.into_iter().map(|found| found.symbol).collect();
    let mut config = Config::new("sma_cross", symbols, Interval::D1);
    config.capital = 1e9;
    config.sizing = Some("units:10".parse()?);
    config.params.extend([("fast", "2"), ("slow", "5")].map(|(key, value)| (key.to_string(), value.to_string())));
    let ours = recorded(&store, &config, 1)?;
    line("backtest, 10 000 symbols x 2500 days", &format!("{ours:.1} s"), "limit 60 s", 60.0 / ours);
    Ok(())
}

/// `run_performance` of one run of 10 000 equity rows among ten million.
fn performance_view() -> Outcome<()> {
    let store = Store::in_memory()?;
    store.conn().execute_batch(include_str!("ten_million_equity_rows.sql"))?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        times.push(seconds(|| {
            let mut statement = store.conn().prepare("SELECT * FROM run_performance WHERE run_id = 'run42'")?;
            let mut rows = statement.query([])?;
            rows.next()?.ok_or("the run is missing")?;
            Ok(())
        })?);
    }
    let ours = median(times) * 1000.0;
    line("run_performance, 1 run of 10 M equity rows", &format!("{ours:.1} ms"), "limit 50 ms", 50.0 / ours);
    Ok(())
}

/// Ten million rows of a user's statement to CSV and to Parquet, beside DuckDB writing the same rows itself. Run it alone
/// (`-- results`) for its peak memory.
fn streamed_results() -> Outcome<()> {
    let rows = "SELECT i, 'SYM' || (i % 500) AS symbol, TIMESTAMP '2020-01-01' + to_seconds(i) AS ts, i * 0.37 AS x \
                FROM range(10000000) AS t(i)";
    let statement = Statement::reading(rows, Files::Refused)?;
    let folder = std::env::temp_dir().join(format!("ws-bench-results-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let store = Store::in_memory()?;
    for format in ["csv", "parquet"] {
        let (mut ours, mut peer) = (Vec::new(), Vec::new());
        let (path, other) = (folder.join(format!("ours.{format}")), folder.join(format!("peer.{format}")));
        for _ in 0..TIMES {
            ours.push(seconds(|| {
                if format == "csv" {
                    let mut out = std::io::BufWriter::new(std::fs::File::create(&path)?);
                    output::csv(&store, &statement, &[], &mut out)?;
                    return Ok(std::io::Write::flush(&mut out)?);
                }
                output::parquet(&store, &statement, &[], &path)?;
                Ok(())
            })?);
            let compression = if format == "csv" { "" } else { ", COMPRESSION zstd" };
            let target = other.display().to_string().replace('\'', "''");
            let copy = format!("COPY ({rows}) TO '{target}' (FORMAT {format}{compression})");
            peer.push(seconds(|| Ok(store.conn().execute_batch(&copy)?))?);
        }
        let (ours, peer) = (median(ours), median(peer));
        let label = format!("10 M rows of a statement to {format}");
        line(&label, &format!("{ours:.2} s"), &format!("DuckDB COPY {peer:.2} s"), peer / ours);
    }
    Ok(std::fs::remove_dir_all(&folder)?)
}

/// Eight parameters of every kind, two of them with a condition.
fn search_space() -> Outcome<Space> {
    let always = |name: &str, domain| Dimension { name: name.into(), domain, when: None };
    let float = |low, high, log, step| Domain::Float { low, high, log, step, points: None };
    let int = |low, high, log| Domain::Int { low, high, step: 1, log };
    let texts = |names: [&str; 3]| Domain::Categorical(names.map(|name| Value::Text(name.into())).to_vec());
    let net = || Some(Condition { param: "model".into(), is: vec![Value::Text("net".into())] });
    Ok(Space::new(vec![
        always("model", texts(["linear", "trees", "net"])),
        always("rate", float(1e-5, 1.0, true, None)),
        always("share", float(0.0, 1.0, false, None)),
        always("window", int(5, 200, false)),
        always("exit", texts(["stop", "time", "both"])),
        always("stop", float(0.5, 10.0, false, Some(0.5))),
        Dimension { name: "width".into(), domain: int(4, 1024, true), when: net() },
        Dimension { name: "dropout".into(), domain: float(0.0, 0.5, false, None), when: net() },
    ])?)
}

/// TPE given 1000 trials, a generation of eight, beside a millisecond a suggestion.
fn tpe_suggestion() -> Outcome<()> {
    let (space, down) = (search_space()?, [Direction::Minimise]);
    let points = Sampler::Random.generation(&space, &down, 1, 0, 1_000, &[]);
    let loss = |point: &workstation::search::Assignment| {
        let number = |name: &str| point.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        (number("share") - 0.3).powi(2) + (number("window") / 100.0 - 1.0).powi(2) + number("width").ln_1p() / 10.0
    };
    let trial = |(id, assignment): (usize, workstation::search::Assignment)| Observed {
        id: id as u64,
        values: vec![loss(&assignment)],
        assignment,
        state: TrialState::Finished,
        intermediate: Vec::new(),
        violation: 0.0,
    };
    let history: Vec<Observed> = points.into_iter().enumerate().map(trial).collect();
    let mut times = Vec::new();
    for seed in 0..TIMES as u64 {
        times.push(seconds(|| {
            let sampler = Sampler::Tpe(Tpe::default());
            for _ in 0..10 {
                std::hint::black_box(sampler.generation(&space, &down, seed, 1_000, 8, &history));
            }
            Ok(())
        })?);
    }
    let each = median(times) / 80.0;
    let label = "TPE suggestion, 1000 trials, 8 parameters";
    line(label, &format!("{:.2} ms", each * 1e3), "limit 1 ms", 1e-3 / each);
    Ok(())
}
