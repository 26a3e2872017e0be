//! The built-in schedules: `data/costs/*.toml`, read once and checked.
//!
//! A file has `[[schedule]]` (name, currency, doc, source, optional `brokerage`) and `[[charge]]` (name, doc, the
//! schedules it belongs to, side `buy`, `sell` or `both`, basis `value`, `units` or `charges`, rows). A schedule's
//! charges keep the order of the file. A row has `from`, `rate`, `source`, `sure`, optionally `cap`, and with basis
//! `charges` the earlier charges it is levied `on`. Refused are unknown keys, dates that don't ascend, rates that are
//! negative or endless, and names that are unknown, repeated or come later.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use serde::Deserialize;

use super::super::order::Side;
use super::error::CostsError;
use super::schedule::{Basis, Charge, Row, Schedule};
use super::tariff::Tariff;
use crate::domain::time::day_number;

/// (name, text) of the embedded files.
const FILES: [(&str, &str); 2] = [
    ("india.toml", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/costs/india.toml"))),
    ("us.toml", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/costs/us.toml"))),
];

type Catalogue = Result<Vec<Arc<Schedule>>, String>;

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let read = FILES.map(|(name, text)| read(text).map_err(|fault| format!("{name}: {fault}")));
    Ok(read.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().map(Arc::new).collect())
});

/// The built-in schedules: each tells its name, a line for a reader and its source.
///
/// # Errors
/// A built-in file that can't be used.
pub fn schedules() -> Result<&'static [Arc<Schedule>], CostsError> {
    BUILT_IN.as_deref().map_err(|fault| CostsError::Data(fault.clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    schedule: Vec<RawSchedule>,
    charge: Vec<RawCharge>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSchedule {
    name: String,
    currency: String,
    doc: String,
    source: String,
    #[serde(default)]
    brokerage: RawTariff,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawTariff {
    rate: f64,
    per_unit: f64,
    min: f64,
    cap: Option<f64>,
    max: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCharge {
    name: String,
    doc: String,
    schedules: Vec<String>,
    side: RawSide,
    basis: RawBasis,
    rows: Vec<RawRow>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawSide {
    Buy,
    Sell,
    Both,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum RawBasis {
    Value,
    Units,
    Charges,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    from: String,
    rate: f64,
    cap: Option<f64>,
    #[serde(default)]
    on: Vec<String>,
    sure: bool,
    source: String,
}

/// The schedules of one file.
fn read(text: &str) -> Result<Vec<Schedule>, String> {
    let file: RawFile = toml::from_str(text).map_err(|fault| fault.to_string())?;
    let known = |name: &String| file.schedule.iter().any(|schedule| schedule.name == *name);
    for charge in &file.charge {
        if let Some(name) = charge.schedules.iter().find(|name| !known(name)) {
            return Err(format!("charge {}: no schedule '{name}'", charge.name));
        }
    }
    file.schedule.iter().map(|raw| schedule(raw, &file.charge)).collect()
}

fn schedule(raw: &RawSchedule, charges: &[RawCharge]) -> Result<Schedule, String> {
    let fault = |text: String| format!("schedule {}: {text}", raw.name);
    let mut schedule = Schedule {
        name: raw.name.clone(),
        currency: raw.currency.clone(),
        doc: raw.doc.clone(),
        source: raw.source.clone(),
        brokerage: raw.brokerage.check().map_err(fault)?,
        charges: Vec::new(),
    };
    for raw in charges.iter().filter(|charge| charge.schedules.contains(&schedule.name)) {
        let charge = charge(raw, &schedule).map_err(fault)?;
        schedule.charges.push(charge);
    }
    Ok(schedule)
}

impl RawTariff {
    fn check(&self) -> Result<Tariff, String> {
        let numbers = [Some(self.rate), Some(self.per_unit), Some(self.min), self.cap, self.max];
        if numbers.into_iter().flatten().any(|number| !amount(number)) {
            return Err("the brokerage has a number that is negative or endless".into());
        }
        let bound = |number: Option<f64>| number.unwrap_or(f64::INFINITY);
        let (rate, per_unit, min) = (self.rate, self.per_unit, self.min);
        Ok(Tariff { rate, per_unit, min, cap: bound(self.cap), max: bound(self.max) })
    }
}

fn charge(raw: &RawCharge, schedule: &Schedule) -> Result<Charge, String> {
    let fault = |text: String| format!("charge {}: {text}", raw.name);
    if schedule.components().any(|name| name == raw.name) {
        return Err(fault("the name is taken".into()));
    }
    if schedule.components().count() == Schedule::MOST {
        return Err(fault(format!("a schedule has at most {} components", Schedule::MOST)));
    }
    let rows = raw.rows.iter().map(|row| row.check(raw.basis, schedule)).collect::<Result<Vec<_>, _>>();
    let rows = rows.map_err(fault)?;
    if rows.is_empty() || rows.windows(2).any(|pair| pair[1].from <= pair[0].from) {
        return Err(fault("rows are missing, or their dates don't ascend".into()));
    }
    let side = match raw.side {
        RawSide::Buy => Some(Side::Buy),
        RawSide::Sell => Some(Side::Sell),
        RawSide::Both => None,
    };
    Ok(Charge { name: raw.name.clone(), doc: raw.doc.clone(), side, rows })
}

impl RawRow {
    fn check(&self, basis: RawBasis, schedule: &Schedule) -> Result<Row, String> {
        let fault = |text: &str| Err(format!("row {}: {text}", self.from));
        let Ok(from) = NaiveDate::parse_from_str(&self.from, "%Y-%m-%d") else {
            return fault("not a date such as 2024-10-01");
        };
        if !amount(self.rate) || self.cap.is_some_and(|cap| !amount(cap)) {
            return fault("the rate or cap is negative or endless");
        }
        if self.source.is_empty() {
            return fault("without a source");
        }
        if (basis == RawBasis::Charges) == self.on.is_empty() {
            return fault("`on` goes with basis 'charges', and is needed there");
        }
        let Some(components) = self.components(schedule) else {
            return fault("`on` names a charge that is unknown or comes later");
        };
        let basis = match basis {
            RawBasis::Value => Basis::Value,
            RawBasis::Units => Basis::Units,
            RawBasis::Charges => Basis::Components(components),
        };
        let cap = self.cap.unwrap_or(f64::INFINITY);
        let (from, rate, sure) = (day_number(from), self.rate, self.sure);
        Ok(Row { from, rate, cap, basis, source: self.source.clone(), sure })
    }

    /// The components named in `on`, as bits.
    fn components(&self, schedule: &Schedule) -> Option<u32> {
        let bit = |name: &String| schedule.components().position(|known| known == name).map(|index| 1 << index);
        self.on.iter().try_fold(0, |set, name| Some(set | bit(name)?))
    }
}

fn amount(number: f64) -> bool {
    (0.0..1e12).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[schedule]]
        name = "s"
        currency = "INR"
        doc = "d"
        source = "x"
        [[charge]]
        name = "fee"
        doc = "d"
        schedules = ["s"]
        side = "both"
        basis = "value"
        rows = [{ from = "2020-01-01", rate = 0.1, sure = true, source = "x" }]
        [[charge]]
        name = "tax"
        doc = "d"
        schedules = ["s"]
        side = "sell"
        basis = "charges"
        rows = [{ from = "2020-01-01", rate = 0.5, on = ["brokerage", "fee"], sure = true, source = "x" }]
    "#;

    #[test]
    fn the_built_in_files_are_good_and_every_row_has_a_source() {
        let names: Vec<&str> = schedules().unwrap().iter().map(|schedule| schedule.name.as_str()).collect();
        assert_eq!(names, ["in-delivery", "in-intraday", "us-equity"]);
        for schedule in schedules().unwrap() {
            assert!(!schedule.doc.contains('\n') && !schedule.source.is_empty() && schedule.currency.len() == 3);
            assert!(schedule.charges().iter().flat_map(|charge| &charge.rows).all(|row| row.source.len() > 5));
        }
    }

    #[test]
    fn a_tax_is_levied_on_the_charges_it_names() {
        let schedule = read(GOOD).unwrap().remove(0);
        let amounts = schedule.amounts(&Tariff { min: 4.0, ..Tariff::FREE }, Side::Sell, 100.0, 1.0, 20_000);
        assert_eq!(amounts[..4], [4.0, 10.0, 7.0, 0.0]);
        let amounts = schedule.amounts(&Tariff::FREE, Side::Buy, 100.0, 1.0, 20_000);
        assert_eq!(amounts[..4], [0.0, 10.0, 0.0, 0.0]);
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let refusal = |old: &str, new: &str| {
            assert!(GOOD.contains(old), "{old}");
            read(&GOOD.replace(old, new)).unwrap_err()
        };
        assert!(refusal("\"fee\"]", "\"levy\"]").contains("charge tax: row 2020-01-01: `on` names"));
        assert!(refusal("name = \"tax\"", "name = \"fee\"").contains("the name is taken"));
        assert!(refusal("on = [\"brokerage\", \"fee\"], ", "").contains("is needed there"));
        assert!(refusal("2020-01-01", "2020-13-01").contains("not a date"));
        assert!(refusal("rate = 0.5", "rate = -0.5").contains("negative or endless"));
        assert!(refusal("rate = 0.5", "rate = nan").contains("negative or endless"));
        assert!(refusal("schedules = [\"s\"]", "schedules = [\"t\"]").contains("no schedule 't'"));
        assert!(refusal("source = \"x\" }]", "source = \"\" }]").contains("without a source"));
        assert!(refusal("doc = \"d\"", "dock = \"d\"").contains("unknown field"));
        assert!(refusal("rows = [{", "rows = []\nrest = [{").contains("unknown field"));
        let twice =
            "rows = [{ from = \"2020-01-01\", rate = 0.1, sure = true, source = \"x\" }, { from = \"2020-01-01\",";
        assert!(refusal("rows = [{ from = \"2020-01-01\",", twice).contains("don't ascend"));
    }
}
