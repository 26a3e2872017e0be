//! SQL expressions that can't look ahead.
//!
//! An expression is written in SQL and goes into the generated script as it stands, so it is read strictly first:
//! only listed functions, only columns that exist, and only windows that look back, most simply by name
//! (see [`super::window`]):
//!
//! ```sql
//! close / avg(close) OVER last_20 - 1          -- the bar and the 19 before it
//! max(high) OVER prior_55                      -- the 55 bars before this one
//! sum(volume) OVER session                     -- since the session began
//! lag(close, 5)                                -- the close 5 bars ago
//! cs_rank(momentum)                            -- place among all symbols at this instant, 0 to 1
//! ret_1 - avg(ret_1) OVER peers                -- against the mean of all symbols
//! ```
//!
//! A window may also be spelled out, `(PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN n PRECEDING AND CURRENT
//! ROW)`: `, session_date` may follow `interval`, the frame may end at `m PRECEDING`. What is not listed is refused:
//! `lead`, FOLLOWING, unbounded frames, descending order, subqueries, random numbers and the clock. What is let through by
//! its words is judged once more by DuckDB's own parser ([`guard::check_expression`]).
//!
//! Columns: the bar's (`open high low close volume vwap ts close_ts session_date`), `bar_n` (its number in the
//! series), `sentiment` (the newest score known at `close_ts`, NULL when there is none), the set's as-of columns and
//! its other features.

use std::collections::BTreeSet;

use super::tokens::{Token, split_places};
use super::window::{ACROSS, LONGEST, PEER_COLUMNS, Window};
use crate::store::guard;

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    sql: String,
    words: Vec<String>,
    windows: BTreeSet<Window>,
    across: bool,
    back: usize,
    warmup: usize,
}

/// Columns that expressions find before any feature.
pub(super) const BAR_COLUMNS: [&str; 9] =
    ["open", "high", "low", "close", "volume", "vwap", "ts", "close_ts", "session_date"];
/// The as-of joined sentiment score.
pub(super) const SENTIMENT: &str = "sentiment";

const SCALARS: [&str; 28] = [
    "abs",
    "cast",
    "ceil",
    "coalesce",
    "cos",
    "date_part",
    "day",
    "dayofyear",
    "epoch",
    "exp",
    "floor",
    "greatest",
    "hour",
    "isodow",
    "least",
    "ln",
    "log10",
    "minute",
    "mod",
    "month",
    "nullif",
    "pi",
    "power",
    "round",
    "sign",
    "sin",
    "sqrt",
    "tanh",
];
const AGGREGATES: [&str; 24] = [
    "avg",
    "bool_and",
    "bool_or",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "first_value",
    "kurtosis",
    "last_value",
    "max",
    "median",
    "min",
    "quantile_cont",
    "regr_intercept",
    "regr_r2",
    "regr_slope",
    "skewness",
    "stddev_pop",
    "stddev_samp",
    "sum",
    "product",
    "var_pop",
    "var_samp",
];
const KEYWORDS: [&str; 18] = [
    "and", "as", "between", "bigint", "case", "date", "double", "else", "end", "false", "in", "is", "not", "null",
    "or", "then", "true", "when",
];
const FORWARD: [&str; 4] = ["lead", "nth_value", "following", "desc"];
const WINDOW_FORM: &str = "OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN n PRECEDING AND CURRENT ROW)";
const WINDOWS: &str = "use OVER last_20, prior_20, session or peers (lag(x, k) needs none)";

impl Expression {
    /// Checks an expression; whether its columns exist is for the set to say (see [`Expression::columns`]).
    ///
    /// # Errors
    /// What is wrong and what would be right, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (tokens, ends) = split_places(text)?;
        if tokens.is_empty() {
            return Err("the expression is empty".into());
        }
        if let Some(word) = tokens.iter().filter_map(Token::word).find(|word| FORWARD.contains(word)) {
            return Err(format!("'{word}' looks ahead; features look back only: {WINDOWS}"));
        }
        check_nesting(&tokens)?;
        let mut reading = Reading::new(&tokens);
        while reading.at < tokens.len() {
            reading.token()?;
        }
        let Reading { words, windows, across, back, warmup, mut inserts, .. } = reading;
        inserts.sort_unstable();
        let mut sql = text.to_string();
        for (place, what) in inserts.iter().rev() {
            sql.insert_str(ends[*place], what);
        }
        let defined: Vec<String> = windows.iter().map(|window| window.definition()).collect();
        let own = ACROSS.map(|(name, _)| name);
        guard::check_expression(&sql, &defined.join(", "), &own).map_err(|error| error.to_string())?;
        Ok(Self { text: text.to_string(), sql, words, windows, across, back, warmup })
    }

    /// As the script says it: lags have their window, cross-sections their peers.
    #[must_use]
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Columns it names, in order of appearance.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.words
    }

    /// Its windows by name.
    pub(super) fn windows(&self) -> &BTreeSet<Window> {
        &self.windows
    }

    /// Whether it compares symbols with each other.
    #[must_use]
    pub fn is_across(&self) -> bool {
        self.across
    }

    /// Whether it looks beyond its own bar.
    pub(super) fn has_windows(&self) -> bool {
        let windowed = |found: &str| found == "over" || found == "lag";
        self.across
            || split_places(&self.text).is_ok_and(|(tokens, _)| tokens.iter().filter_map(Token::word).any(windowed))
    }

    /// How many bars before the newest its windows reach.
    #[must_use]
    pub fn back(&self) -> usize {
        self.back
    }

    /// How many bars its own windows need before the first value; those that start afresh each day need none.
    #[must_use]
    pub fn warmup(&self) -> usize {
        self.warmup
    }

    /// Whether it is just the column `name`.
    #[must_use]
    pub fn is_column(&self, name: &str) -> bool {
        self.text == name
    }
}

/// Parentheses close what they open, and commas stand only inside them: an expression stays one expression.
fn check_nesting(tokens: &[Token]) -> Result<(), String> {
    let mut depth = 0_usize;
    for token in tokens {
        if token.is_mark("(") {
            depth += 1;
        } else if token.is_mark(")") {
            depth = depth.checked_sub(1).ok_or("a ')' closes nothing")?;
        } else if token.is_mark(",") && depth == 0 {
            return Err("a ',' outside parentheses; one feature is one expression".into());
        }
    }
    if depth == 0 { Ok(()) } else { Err("a '(' is not closed".into()) }
}

struct Reading<'a> {
    tokens: &'a [Token],
    at: usize,
    words: Vec<String>,
    windows: BTreeSet<Window>,
    across: bool,
    back: usize,
    warmup: usize,
    /// What the script adds, each after a token.
    inserts: Vec<(usize, &'static str)>,
}

impl<'a> Reading<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        let (words, windows, inserts) = (Vec::new(), BTreeSet::new(), Vec::new());
        Self { tokens, at: 0, words, windows, across: false, back: 0, warmup: 0, inserts }
    }

    fn token(&mut self) -> Result<(), String> {
        let Some(word) = self.tokens[self.at].word() else {
            self.at += 1;
            return Ok(());
        };
        let called = self.tokens.get(self.at + 1).is_some_and(|next| next.is_mark("("));
        match word {
            "over" => return self.window(),
            "lag" if called => self.lag()?,
            "select" | "from" | "distinct" | "filter" | "within" | "ignore" | "respect" => {
                return Err(format!("'{word}' is not allowed: no subqueries, DISTINCT, FILTER or WITHIN"));
            }
            _ if !KEYWORDS.contains(&word) && self.at > 0 && self.tokens[self.at - 1].word() == Some("as") => {
                return Err(format!("CAST(.. AS {word}) is not allowed; use double, bigint or date"));
            }
            _ if called && ACROSS.iter().any(|(name, _)| *name == word) => self.across(word)?,
            _ if called && AGGREGATES.contains(&word) => self.check_aggregate(word)?,
            _ if called && SCALARS.contains(&word) => {}
            // "in (1, 2)" and "and (…)" are not calls.
            _ if KEYWORDS.contains(&word) => {}
            _ if called => {
                let known = [&SCALARS[..], &AGGREGATES[..], &ACROSS.map(|(name, _)| name), &["lag"]].concat().join(" ");
                return Err(format!("function '{word}' is not allowed; use one of: {known}"));
            }
            _ => {
                if !self.words.iter().any(|known| known == word) {
                    self.words.push(word.to_string());
                }
            }
        }
        self.at += 1;
        Ok(())
    }

    fn check_aggregate(&self, word: &str) -> Result<(), String> {
        let close = self.closing(self.at + 1);
        self.check_plain(word, self.at + 2, close)?;
        match self.tokens.get(close + 1).and_then(Token::word) {
            Some("over") => return Ok(()),
            Some(other @ ("filter" | "within")) => return Err(format!("'{other}' is not allowed after '{word}(..)'")),
            _ => {}
        }
        Err(format!("'{word}' needs a window: {word}(..) OVER last_20, for example"))
    }

    /// No window stands inside another call's parentheses.
    fn check_plain(&self, word: &str, from: usize, to: usize) -> Result<(), String> {
        let inside = self.tokens.get(from..to).unwrap_or_default();
        let windowed = |found: &str| found == "over" || found == "lag" || ACROSS.iter().any(|(name, _)| *name == found);
        if inside.iter().filter_map(Token::word).any(windowed) {
            return Err(format!("a window inside '{word}(..)'; make the inner one a feature of its own"));
        }
        Ok(())
    }

    /// `cs_rank(x)` and the like: one argument without windows, and no window of their own.
    fn across(&mut self, word: &str) -> Result<(), String> {
        let close = self.closing(self.at + 1);
        self.check_plain(word, self.at + 2, close)?;
        let followed = self.tokens.get(close + 1).and_then(Token::word) == Some("over");
        if followed || close == self.at + 2 || self.commas(self.at + 1, close) > 0 {
            return Err(format!("write {word}(x), without a window: it always compares all symbols at one instant"));
        }
        self.across = true;
        // Functions of the script see no columns but those given to them.
        self.inserts.push((close - 1, PEER_COLUMNS));
        Ok(())
    }

    /// Commas directly inside the parentheses at `open` and `close`.
    fn commas(&self, open: usize, close: usize) -> usize {
        let mut depth = 0_usize;
        let mut commas = 0;
        for token in self.tokens.get(open..close).unwrap_or_default() {
            match token {
                Token::Mark("(") => depth += 1,
                Token::Mark(")") => depth = depth.saturating_sub(1),
                Token::Mark(",") if depth == 1 => commas += 1,
                _ => {}
            }
        }
        commas
    }

    /// `lag(x, k)` with a plain number k ≥ 1; its window, when it has one, is read where it stands.
    fn lag(&mut self) -> Result<(), String> {
        let close = self.closing(self.at + 1);
        self.check_plain("lag", self.at + 2, close)?;
        let bars = self.lag_bars(self.at)?;
        if self.tokens.get(close + 1).and_then(Token::word) != Some("over") {
            // The only window it can have.
            self.inserts.push((close, " OVER series"));
            self.windows.insert(Window::Series);
        }
        self.reach(bars, bars);
        Ok(())
    }

    fn reach(&mut self, back: usize, warmup: usize) {
        self.back = self.back.max(back);
        self.warmup = self.warmup.max(warmup);
    }

    /// The k of `lag(x, k)`.
    fn lag_bars(&self, at: usize) -> Result<usize, String> {
        let close = self.closing(at + 1);
        let arguments = self.tokens.get(at + 2..close).unwrap_or_default();
        match arguments {
            [.., comma, offset] if comma.is_mark(",") && self.commas(at + 1, close) == 1 => {
                offset.whole().filter(|bars| (1..=10_000).contains(bars))
            }
            _ => None,
        }
        .ok_or_else(|| "write lag(x, k) with k a whole number from 1 to 10000".to_string())
    }

    /// Index of the parenthesis that closes the one at `open`; nesting was checked.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (index, token) in self.tokens.iter().enumerate().skip(open) {
            if token.is_mark("(") {
                depth += 1;
            } else if token.is_mark(")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
        }
        self.tokens.len()
    }

    /// Reads what follows OVER at the current token: a window by name, or spelled out with only its numbers free.
    fn window(&mut self) -> Result<(), String> {
        let lag = self.after_lag();
        let open = self.at + 1;
        if let Some(name) = self.tokens.get(open).and_then(Token::word) {
            let window = Window::named(name)?;
            let window = window.ok_or_else(|| format!("unknown window '{name}'; {WINDOWS}"))?;
            if (window == Window::Series) != lag {
                return Err(match lag {
                    true => "lag(x, k) looks back along the series by itself; leave OVER out".into(),
                    false => format!("OVER {name} does not go with this function; {WINDOWS}"),
                });
            }
            if window == Window::Peers && self.after("first_value", "last_value") {
                return Err("peers have no order; first_value and last_value can't choose among them".into());
            }
            self.windows.insert(window);
            self.across |= window == Window::Peers;
            self.reach(window.back(), window.warmup());
            self.at = open + 1;
            return Ok(());
        }
        if !self.tokens.get(open).is_some_and(|next| next.is_mark("(")) {
            return Err(format!("OVER needs a window; {WINDOWS}"));
        }
        self.spelled_out(open, lag)
    }

    fn spelled_out(&mut self, open: usize, lag: bool) -> Result<(), String> {
        let close = self.closing(open);
        let inside: Vec<String> = self.tokens[open + 1..close].iter().map(shown).collect();
        let mut inside: Vec<&str> = inside.iter().map(String::as_str).collect();
        if inside.contains(&"unbounded") {
            return Err(format!("an unbounded window never forgets; give a number of bars: {WINDOW_FORM}"));
        }
        let daily = inside.get(5..7) == Some(&[",", "session_date"]);
        if daily {
            inside.drain(5..7);
        }
        let frame = inside.strip_prefix(&["partition", "by", "symbol", ",", "interval", "order", "by", "ts"]);
        let bars = match frame {
            // Only lag does without a frame: everything else would read the whole past.
            Some([]) if lag => 0,
            Some(["rows", "between", from, "preceding", "and", "current", "row"]) if !lag => whole(from)?,
            Some(["rows", "between", from, "preceding", "and", to, "preceding"])
                if !lag && whole(to)? <= whole(from)? =>
            {
                whole(from)?
            }
            _ => return Err(format!("this window is not allowed; {WINDOWS}; or in full {WINDOW_FORM}")),
        };
        self.reach(bars, if daily { 0 } else { bars });
        self.at = close + 1;
        Ok(())
    }

    /// Whether the OVER at the current token belongs to a call of one of two functions.
    fn after(&self, one: &str, other: &str) -> bool {
        (0..self.at).any(|index| {
            self.tokens[index].word().is_some_and(|word| word == one || word == other)
                && self.tokens.get(index + 1).is_some_and(|next| next.is_mark("("))
                && self.closing(index + 1) + 1 == self.at
        })
    }

    /// Whether the OVER at the current token belongs to a lag.
    fn after_lag(&self) -> bool {
        self.after("lag", "lag")
    }
}

fn whole(text: &str) -> Result<usize, String> {
    let bars = text.parse().map_err(|_| format!("'{text}' is not a whole number of bars"))?;
    if bars > LONGEST { Err(format!("a window reaches back at most {LONGEST} bars")) } else { Ok(bars) }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => word.clone(),
        Token::Number(digits) => digits.clone(),
        Token::Text => "'..'".into(),
        Token::Mark(mark) => (*mark).to_string(),
    }
}

#[cfg(test)]
mod tests;
