//! Named windows of time: a crash, a calm year, what has come in since. Named once, taken wherever a period is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Ts, shown, suggestion};

/// A window of time: bars with `from <= ts < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Window {
    /// First bar start.
    pub from: Ts,
    /// End of bar starts, not included.
    pub to: Ts,
}

/// Both ends as texts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: String,
    to: String,
}

/// A window that is none, or not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Not a time.
    #[error("'{0}' is no time; use 2024-01-31 or '2024-01-31 09:15', in UTC")]
    Time(String),
    /// Nothing lies in it.
    #[error("a window from {from} to {to} is empty: its end is not included and must come after its beginning")]
    Empty {
        /// Begin.
        from: Ts,
        /// End.
        to: Ts,
    },
    /// A name that could not be told from others.
    #[error("'{0}' names no window: use letters, digits, '_', '-' and '.'")]
    Name(String),
    /// Not named anywhere.
    #[error("unknown window '{name}'; {hint}")]
    Unknown {
        /// What was asked for, shortened.
        name: String,
        /// The nearest name, all of them, or where to name some.
        hint: String,
    },
    /// Named more than once.
    #[error("window '{0}' is given twice")]
    Twice(String),
}

impl Window {
    /// A window that holds something.
    ///
    /// # Errors
    /// An end that does not come after the beginning.
    pub fn new(from: Ts, to: Ts) -> Result<Self, WindowError> {
        if from < to { Ok(Self { from, to }) } else { Err(WindowError::Empty { from, to }) }
    }
}

impl fmt::Display for Window {
    /// `2020-02-20 00:00:00..2020-04-08 00:00:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let (from, to) = text.split_once("..").ok_or_else(|| WindowError::Time(shown(text)))?;
        Self::try_from(Written { from: from.into(), to: to.into() })
    }
}

impl TryFrom<Written> for Window {
    type Error = WindowError;

    fn try_from(written: Written) -> Result<Self, WindowError> {
        let time = |text: &str| Ts::parse(text.trim()).ok_or_else(|| WindowError::Time(shown(text)));
        Self::new(time(&written.from)?, time(&written.to)?)
    }
}

impl From<Window> for Written {
    fn from(window: Window) -> Self {
        Self { from: window.from.to_string(), to: window.to.to_string() }
    }
}

/// Windows by name, as `[windows]` of a configuration file has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Window>")]
pub struct Windows(BTreeMap<String, Window>);

impl TryFrom<BTreeMap<String, Window>> for Windows {
    type Error = WindowError;

    fn try_from(named: BTreeMap<String, Window>) -> Result<Self, WindowError> {
        let is_plain = |name: &String| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        match named.keys().find(|name| !is_plain(name)) {
            Some(name) => Err(WindowError::Name(shown(name))),
            None => Ok(Self(named)),
        }
    }
}

impl Windows {
    /// The window of a name.
    ///
    /// # Errors
    /// A name that stands for none; the nearest is named, or where to give some names.
    pub fn find(&self, name: &str) -> Result<Window, WindowError> {
        self.0.get(name).copied().ok_or_else(|| {
            let hint = if self.0.is_empty() {
                format!("no window is named yet; name it in the file of --config: [windows] {} = {{ from = \"2024-01-01\", to = \"2024-07-01\" }}", shown(name))
            } else {
                suggestion(name, self.0.keys().map(String::as_str))
            };
            WindowError::Unknown { name: shown(name), hint }
        })
    }

    /// The windows of several names, each once, in that order.
    ///
    /// # Errors
    /// As [`find`](Self::find), and a name that comes twice.
    pub fn find_all<'a>(&self, names: &'a [String]) -> Result<Vec<(&'a str, Window)>, WindowError> {
        let mut found: Vec<(&str, Window)> = Vec::with_capacity(names.len());
        for name in names {
            if found.iter().any(|(known, _)| known == name) {
                return Err(WindowError::Twice(shown(name)));
            }
            found.push((name, self.find(name)?));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows() -> Windows {
        let text = "crash = { from = \"2020-02-20\", to = \"2020-04-08\" }\ncalm = { from = \"2017-01-01\", to = \"2018-01-01\" }\n";
        toml::from_str(text).unwrap()
    }

    #[test]
    fn names_stand_for_windows() {
        let crash = windows().find("crash").unwrap();
        assert_eq!((crash.from, crash.to), (Ts::parse("2020-02-20").unwrap(), Ts::parse("2020-04-08").unwrap()));
        assert_eq!(crash.to_string().parse::<Window>().unwrap(), crash);
        let names = ["crash".to_string(), "calm".to_string()];
        let found: Vec<&str> = windows().find_all(&names).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["crash", "calm"], "in the order asked for");
    }

    #[test]
    fn what_is_no_window_is_refused_with_the_next_step() {
        let error = |name: &str| windows().find(name).unwrap_err().to_string();
        assert_eq!(error("crahs"), "unknown window 'crahs'; did you mean 'crash'?");
        assert_eq!(error("everything"), "unknown window 'everything'; known: calm, crash");
        let none = Windows::default().find("crash").unwrap_err().to_string();
        assert!(none.contains("no window is named yet") && none.contains("[windows] crash = {"), "{none}");
        let twice = ["calm".to_string(), "calm".to_string()];
        assert_eq!(windows().find_all(&twice).unwrap_err().to_string(), "window 'calm' is given twice");
        let refused = |text: &str| toml::from_str::<Windows>(text).unwrap_err().to_string();
        assert!(refused("a = { from = \"2020-01-02\", to = \"2020-01-02\" }").contains("is empty"));
        assert!(refused("a = { from = \"soon\", to = \"2020-01-02\" }").contains("'soon' is no time"));
        assert!(refused("a = { from = \"2020-01-02\" }").contains("to"));
        assert!(refused("\"a,b\" = { from = \"2020-01-02\", to = \"2020-01-03\" }").contains("names no window"));
    }
}
