//! Instants as statements of users give them: UTC without a zone, or converted to it; never cut.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use duckdb::arrow::datatypes::DataType;

/// What a text must look like.
pub(super) const FORM: &str =
    "write 2024-01-31, 2024-01-31 09:15:00 (UTC) or 2024-01-31T09:15:00+05:30, or cast it to TIMESTAMP";

/// A time of day and the offset behind it, as a pattern of DuckDB.
const ZONED: &str = r"^(.*\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|z|[+-]\d\d(?::?\d\d)?)$";

/// Whether values of a type may carry a zone or an offset.
pub(super) fn may_have_zone(kind: &DataType) -> bool {
    !matches!(kind, DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 | DataType::Null)
}

/// SQL for a column of some type as a UTC TIMESTAMP. A text whose zone is no offset is refused when it runs.
pub(super) fn utc(column: &str, kind: Option<&DataType>) -> String {
    if !kind.is_some_and(may_have_zone) {
        return format!("CAST({column} AS TIMESTAMP)");
    }
    let text = format!("CAST({column} AS VARCHAR)");
    let part = |group: u8| format!("regexp_extract({text}, '{ZONED}', {group})");
    let (time, offset) = (part(1), part(2));
    let minutes = format!(
        "CASE WHEN upper({offset}) = 'Z' THEN 0 ELSE (CASE WHEN {offset}[1] = '-' THEN -1 ELSE 1 END) \
         * (CAST({offset}[2:3] AS INTEGER) * 60 + CAST('0' || replace({offset}[4:], ':', '') AS INTEGER)) END"
    );
    format!(
        "CASE WHEN regexp_matches({text}, '{ZONED}') THEN CAST({time} AS TIMESTAMP) - to_minutes({minutes}) \
         ELSE CAST({column} AS TIMESTAMP) END"
    )
}

/// Microseconds since 1970 of a text; `None` for what is no instant.
pub(super) fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let date_only = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if let Some(date) = date_only {
        return Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_micros());
    }
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    let ends = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, offset) = time.split_at(ends);
    let time = time.trim();
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?;
    let at = NaiveDateTime::new(date, time).and_utc().timestamp_micros();
    at.checked_sub(offset_minutes(offset)?.checked_mul(60_000_000)?)
}

/// Minutes east of UTC: nothing, `Z`, `+05`, `-05:00` or `+0530`.
fn offset_minutes(text: &str) -> Option<i64> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.replace(':', "");
    let is_plain = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| is_plain)?;
    let (hours, minutes) = if digits.len() == 2 { (number, 0) } else { (number / 100, number % 100) };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    const EIGHT: i64 = 1_673_337_600_000_000; // 2023-01-10 08:00:00 UTC

    #[test]
    fn offsets_are_converted_and_never_cut() {
        for text in [
            "2023-01-10 08:00:00",
            "2023-01-10T03:00:00-05:00",
            "2023-01-10 13:30+0530",
            "2023-01-10T08:00:00.000Z",
            "2023-01-10 08:00:00+00",
            "2023-01-10T08:00",
        ] {
            assert_eq!(instant(text), Some(EIGHT), "{text}");
        }
        assert_eq!(instant("2023-01-10"), Some(EIGHT - 8 * 3_600_000_000));
        for bad in [
            "",
            "2023-01-10 08:00:00 Europe/Paris",
            "2023-01-10 08:00:00 EST",
            "yesterday",
            "2023-13-01",
            "2023-01-10 08:00+5",
            "2023-01-10 08:00+99:00",
        ] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_sql_says_the_same() {
        let store = Store::in_memory().unwrap();
        for value in [
            "'2023-01-10T03:00:00-05:00'",
            "'2023-01-10 13:30+0530'",
            "'2023-01-10 08:00:00'",
            "TIMESTAMPTZ '2023-01-10 03:00:00-05:00'",
            "'2023-01-10T08:00Z'",
        ] {
            let kind = DataType::Utf8;
            let sql = format!("SELECT epoch_us({}) FROM (SELECT {value} AS ts)", utc("ts", Some(&kind)));
            let found: i64 = store.conn().query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(found, EIGHT, "{value}");
        }
    }
}
