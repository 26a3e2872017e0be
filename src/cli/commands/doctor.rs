//! `ws doctor`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::Ts;
use crate::store::{Store, StoreError, migrate, runs, stale};

/// Check versions, store, disk and clock, and say what to do next
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {}

/// One line of the check-up.
struct Finding {
    what: &'static str,
    ok: bool,
    detail: String,
}

pub fn run(_: &DoctorArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let mut findings = vec![Finding { what: "ws", ok: true, detail: runs::code_version() }];
    let mut next = "ws demo, or ws ingest csv PATH..".to_string();
    match Store::open_read_only(&ctx.db) {
        Ok(store) => next = inspect(&store, &mut findings)?,
        Err(StoreError::Missing(path)) => {
            findings.push(Finding { what: "store", ok: true, detail: format!("none at {} yet", path.display()) });
        }
        Err(error) => {
            next = error.hint().unwrap_or(next);
            findings.push(Finding { what: "store", ok: false, detail: error.to_string() });
        }
    }
    findings.push(folder(&ctx.db));
    findings.push(clock(ctx.now()));
    findings.push(credentials());
    let healthy = findings.iter().all(|finding| finding.ok);
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| vec![if finding.ok { "ok" } else { "!!" }.into(), finding.what.into(), finding.detail.clone()])
        .collect();
    let document: Vec<Value> = findings
        .iter()
        .map(|finding| json!({ "check": finding.what, "ok": finding.ok, "detail": finding.detail }))
        .collect();
    let text = format!("{}\n\nnext: {next}", grid(&["", "check", "found"], &[], &rows));
    let output = Output::new(text, json!({ "healthy": healthy, "checks": document, "next": next }));
    Ok(if healthy { output } else { output.exit(Exit::Refused) })
}

/// Looks into an open store; returns the next step.
fn inspect(store: &Store, findings: &mut Vec<Finding>) -> Result<String, StoreError> {
    let size = std::fs::metadata(store.path()).map_or(0, |meta| meta.len());
    let detail = format!(
        "{}, {:.1} MiB, schema version {}, DuckDB {}",
        store.path().display(),
        size as f64 / 1_048_576.0,
        migrate::version(store)?,
        store.conn().version()?,
    );
    findings.push(Finding { what: "store", ok: true, detail });
    let counts: Vec<(String, i64)> = {
        let mut statement = store.conn().prepare(crate::sql!("cli/doctor_counts"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let listed: Vec<String> = counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
    findings.push(Finding { what: "rows", ok: true, detail: listed.join(", ") });
    let marks = stale::list(store)?;
    let kinds: BTreeSet<String> = marks.iter().map(|mark| format!("{} {}", mark.kind, mark.name)).collect();
    if !marks.is_empty() {
        let list: Vec<String> = kinds.iter().cloned().collect();
        let detail = format!("{} series no longer follow from their bars: {}", marks.len(), list.join(", "));
        findings.push(Finding { what: "stale", ok: true, detail });
    }
    let is_stale = |kind: &str| marks.iter().any(|mark| mark.kind == kind);
    let has = |name: &str| counts.iter().any(|(found, n)| found == name && *n > 0);
    Ok(if !has("bars") {
        "ws ingest csv PATH..".into()
    } else if is_stale("bars") {
        "ws bars resample and ws bars adjust, again ('ws bars quality' tells which)".into()
    } else if is_stale("features") || is_stale("labels") {
        "ws features build && ws labels build (with the same parameters as before)".into()
    } else if !has("labels") {
        "ws features build && ws labels build".into()
    } else if !has("models") {
        "ws train --kind logistic".into()
    } else {
        "ws query leaderboard".into()
    })
}

/// Whether the store's folder takes files.
fn folder(db: &Path) -> Finding {
    let folder = db.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (ok, detail) = match std::fs::metadata(folder) {
        Ok(meta) if meta.permissions().readonly() => (false, format!("{} is read-only", folder.display())),
        Ok(_) => (true, format!("{} is there", folder.display())),
        Err(error) => (false, format!("{}: {error}", folder.display())),
    };
    Finding { what: "folder", ok, detail }
}

/// A clock before this program was written makes every stamp wrong.
fn clock(now: Ts) -> Finding {
    let ok = Ts::parse("2026-11-01").is_some_and(|earliest| now > earliest);
    Finding { what: "clock", ok, detail: format!("{now} UTC") }
}

/// Names of the vendor credentials that are set; never their values.
fn credentials() -> Finding {
    const KNOWN: [&str; 5] =
        ["BREEZE_API_KEY", "BREEZE_API_SECRET", "ALPACA_API_KEY_ID", "ALPACA_API_SECRET_KEY", "NEWSAPI_KEY"];
    let set: Vec<&str> = KNOWN.into_iter().filter(|name| std::env::var_os(name).is_some()).collect();
    let detail = if set.is_empty() {
        "none set (none needed for files)".to_string()
    } else {
        format!("set: {}", set.join(", "))
    };
    Finding { what: "credentials", ok: true, detail }
}
