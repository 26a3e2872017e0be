//! Exchange codes: which calendar an exchange keeps and which currency it trades in (`data/calendars/exchanges.toml`).

use chrono_tz::Tz;
use serde::Deserialize;

use super::{Result, StoreError, embedded, generated};

/// File among the calendars that lists the exchanges.
pub(super) const FILE: &str = "exchanges.toml";

/// What is known of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Code, as the table of exchanges writes it.
    pub code: String,
    /// Calendar it keeps.
    pub calendar: String,
    /// Currency of its instruments; `None` where it depends on the instrument.
    pub currency: Option<String>,
    /// Its time zone.
    pub zone: Tz,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    exchange: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    codes: Vec<String>,
    calendar: String,
    currency: Option<String>,
}

/// The exchange of a code such as `NSE` or `NASDAQ`, in any case of letters.
///
/// # Errors
/// [`StoreError::UnknownExchange`] with the known codes.
pub fn exchange(code: &str) -> Result<Exchange> {
    let listing = listing()?;
    for entry in &listing.exchange {
        let Some(known) = entry.codes.iter().find(|known| known.eq_ignore_ascii_case(code)) else { continue };
        let keeps = |file: &&super::Generated| file.0.calendar == entry.calendar;
        let zone = generated()?.iter().find(keeps).map(|(file, _)| file.zone).ok_or_else(|| StoreError::Calendar {
            name: FILE.into(),
            reason: format!("{known} keeps the calendar '{}', which is in no file", entry.calendar),
        })?;
        let (calendar, currency) = (entry.calendar.clone(), entry.currency.clone());
        return Ok(Exchange { code: known.clone(), calendar, currency, zone });
    }
    let known: Vec<&str> = listing.exchange.iter().flat_map(|entry| &entry.codes).map(String::as_str).collect();
    let shown = code.chars().take(40).map(|c| if c.is_control() { '?' } else { c }).collect();
    Err(StoreError::UnknownExchange { code: shown, known: known.join(", ") })
}

fn listing() -> Result<Listing> {
    let fault = |reason: String| StoreError::Calendar { name: FILE.into(), reason };
    let found = embedded::CALENDARS.iter().find(|(path, _)| *path == FILE);
    let (_, text) = found.ok_or_else(|| fault("is missing".into()))?;
    toml::from_str(text).map_err(|error| fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_name_a_calendar_and_a_currency() {
        let nse = exchange("nse").unwrap();
        assert_eq!((nse.code.as_str(), nse.calendar.as_str(), nse.currency.as_deref()), ("NSE", "NSE", Some("INR")));
        assert_eq!(nse.zone, Tz::Asia__Kolkata);
        let nasdaq = exchange("NASDAQ").unwrap();
        assert_eq!((nasdaq.calendar.as_str(), nasdaq.currency.as_deref()), ("XNYS", Some("USD")));
        assert_eq!(exchange("CRYPTO").unwrap().currency, None, "a currency is never guessed");
        let error = exchange("NYSEE").unwrap_err();
        assert!(error.is_refusal() && error.to_string().contains("NYSE, XNAS"), "{error}");
    }

    #[test]
    fn every_listed_exchange_has_its_calendar() {
        for code in listing().unwrap().exchange.iter().flat_map(|entry| &entry.codes) {
            assert_eq!(&exchange(code).unwrap().code, code);
        }
    }
}
