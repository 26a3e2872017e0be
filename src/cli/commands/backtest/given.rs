//! SQL strategies: `--signals FILE.sql`.

use std::path::Path;

use super::{Data, series};
use crate::audit::{self, Alarm, AuditError, Options, Subject};
use crate::backtest::{Config, GivenSignal, SignalSource};
use crate::cli::{Ctx, Failure};
use crate::domain::Symbol;
use crate::store::series::SeriesFilter;
use crate::store::signals::{self, SignalRow};
use crate::store::{Store, StoreError, unadjusted};

/// Cuts of an audit.
const CUTS: usize = 20;
/// Fewest bars of each audited series: windows of a year of daily bars fill well before the cuts.
const BARS: usize = 2_000;

/// A backtest of the signals that a statement gives, about the symbols it names unless told otherwise.
pub(super) fn config(store: &Store, path: &Path, data: &Data) -> Result<Config, Failure> {
    let rows = signals::read(store, &text(path)?).map_err(|error| of_file(path, &error))?;
    // A statement may speak of more than is traded here.
    let is_asked =
        |row: &&SignalRow| data.symbols.is_empty() || data.symbols.iter().any(|own| own.as_str() == row.symbol);
    let given = rows.iter().filter(is_asked).map(GivenSignal::from_row).collect::<Result<Vec<_>, _>>();
    let given = given.map_err(|message| Failure::refused(format!("{}: {message}", path.display())))?;
    // Sorted by symbol and time.
    if let Some([first, _]) = given.array_windows().find(|[a, b]| (&a.symbol, a.ts) == (&b.symbol, b.ts)) {
        let message = format!("{}: two signals about '{}' at {}", path.display(), first.symbol, first.ts);
        return Err(Failure::refused(message).hint("one row a symbol and bar: the statement decides which holds"));
    }
    let mut named: Vec<Symbol> = given.iter().map(|signal| signal.symbol.clone()).collect();
    named.sort();
    named.dedup();
    if named.is_empty() {
        let of = if data.symbols.is_empty() { "no row" } else { "no row about the symbols asked for" };
        return Err(Failure::refused(format!("{}: the statement gives {of}", path.display())));
    }
    let asked = if data.symbols.is_empty() { named } else { data.symbols.clone() };
    let data = Data { symbols: asked, interval: data.interval, from: data.from, to: data.to };
    let (symbols, interval) = series(store, &data, None)?;
    Ok(Config { signals: given, ..Config::new("signals", symbols, interval) })
}

/// Refuses a statement that reads prices as traded across a split of what it speaks of.
pub(super) fn refuse_raw(config: &Config, store: &Store, path: &Path) -> Result<(), Failure> {
    let crossed = unadjusted::split_crossed(store, &text(path)?, &config.symbols, config.interval, config.to)?;
    let Some((symbol, ex_date)) = crossed else { return Ok(()) };
    Err(Failure::refused(format!(
        "{}: it reads 'bars', where the price of {symbol} breaks at its split of {ex_date}",
        path.display()
    ))
    .hint("read 'bars_adjusted', which has the same columns without the break; --raw runs it all the same"))
}

/// Audits the statement for look-ahead, unless told not to, and says so in the configuration.
pub(super) fn audit(config: &mut Config, store: &Store, path: &Path, no_audit: bool, ctx: &Ctx) -> Result<(), Failure> {
    // A request that is refused anyway is not audited first.
    config.check()?;
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
    let text = text(path)?;
    let sql = signals::keyed(store, &text, config.interval)?;
    let subject = Subject::query(store, name.clone(), sql)?;
    let sha256 = subject.version();
    let audit_id = if no_audit { None } else { Some(audited(&subject, config, store, ctx)?) };
    config.source = Some(SignalSource { name, sha256, text: Some(text), audit_id });
    Ok(())
}

fn audited(subject: &Subject, config: &Config, store: &Store, ctx: &Ctx) -> Result<String, Failure> {
    let filter = SeriesFilter { symbols: config.symbols.clone(), interval: Some(config.interval) };
    let options = Options { cuts: CUTS, seed: 1, filter, bars: Some(BARS), everything: true };
    let skip = "--no-audit runs it all the same and marks every report UNAUDITED";
    let outcome = audit::lookahead(store, subject, &options, ctx.progress()).map_err(|error| match error {
        AuditError::TooLittle(_) | AuditError::Unsteady { .. } | AuditError::Lacks { .. } => {
            Failure::from(error).hint(skip)
        }
        AuditError::Outside { .. } => Failure::from(error).hint(format!("bring the data in: ws ingest; {skip}")),
        _ => Failure::from(error),
    })?;
    let kept = audit::save_lookahead(store, subject, &options, &outcome, ctx.now())?;
    if let Some(alarm) = outcome.alarms.first() {
        return Err(Failure::refused(told(subject, alarm)).hint("let the statement look back only"));
    }
    if outcome.compared == 0 {
        let message = format!(
            "{} can't be audited: over the newest bars with their sentiment, features and corporate actions none of \
             its rows names the start of a bar",
            subject.name()
        );
        let hint = format!("ts is a bar's start, as in bars; other tables are empty in an audit; {skip}");
        return Err(Failure::refused(message).hint(hint));
    }
    Ok(kept.audit_id)
}

fn told(subject: &Subject, alarm: &Alarm) -> String {
    let value = |value: Option<f64>| value.map_or_else(|| "NULL".to_string(), |value| value.to_string());
    let (before, after) = (value(alarm.before), value(alarm.after));
    let what = match alarm.column.as_str() {
        "(rows)" => format!("of {before} rows {after} are left"),
        "direction" => format!("direction was {before}, becomes {after} (1 LONG, -1 SHORT, 0 FLAT)"),
        column => format!("{column} was {before}, becomes {after}"),
    };
    format!(
        "{} sees ahead: about {} at {}, {what}, when only what came after {} changes ({})",
        subject.name(),
        alarm.symbol,
        alarm.ts,
        alarm.cut,
        alarm.because_of.join(", ")
    )
}

fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::fault(format!("{}: {error}", path.display())))
}

fn of_file(path: &Path, error: &StoreError) -> Failure {
    Failure::refused(format!("{}: {error}", path.display()))
        .hint("the statement gives symbol, ts, direction and confidence, one row a signal")
}
