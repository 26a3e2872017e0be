//! SQL expressions that can't look ahead.
//!
//! An expression is written in SQL and goes into the generated script as it stands, so it is read strictly first:
//! only listed functions, only columns that exist at that point of the set, and one form of window, which names its
//! series, its order and a number of bars back:
//!
//! ```sql
//! avg(close) OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN 19 PRECEDING AND CURRENT ROW)
//! ```
//!
//! `, session_date` may follow `interval`, which starts the window afresh each trading day; the frame may also end at
//! `m PRECEDING`. `lag(x, k)` looks a whole number k ≥ 1 of bars back and needs no frame. What is not listed is
//! refused: `lead`, FOLLOWING, unbounded frames, descending order, subqueries, random numbers and the clock.
//!
//! Columns: the bar's (`open high low close volume vwap ts close_ts session_date`), `sentiment` (the newest score
//! known at `close_ts`, NULL when there is none) and every earlier feature of the set.

use super::tokens::{Token, split};

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    words: Vec<String>,
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
const AGGREGATES: [&str; 11] = [
    "avg",
    "count",
    "first_value",
    "last_value",
    "max",
    "min",
    "stddev_pop",
    "stddev_samp",
    "sum",
    "var_pop",
    "var_samp",
];
const KEYWORDS: [&str; 18] = [
    "and", "as", "between", "bigint", "case", "date", "double", "else", "end", "false", "in", "is", "not", "null",
    "or", "then", "true", "when",
];
const FORWARD: [&str; 4] = ["lead", "nth_value", "following", "desc"];
const WINDOW_FORM: &str = "OVER (PARTITION BY symbol, interval ORDER BY ts ROWS BETWEEN n PRECEDING AND CURRENT ROW)";
const LAG_FORM: &str = "OVER (PARTITION BY symbol, interval ORDER BY ts)";

impl Expression {
    /// Checks an expression; whether its columns exist is for the set to say (see [`Expression::columns`]).
    ///
    /// # Errors
    /// What is wrong and what would be right, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tokens = split(text)?;
        if tokens.is_empty() {
            return Err("the expression is empty".into());
        }
        if let Some(word) = tokens.iter().filter_map(Token::word).find(|word| FORWARD.contains(word)) {
            return Err(format!("'{word}' looks ahead; features look back only: {WINDOW_FORM}"));
        }
        check_nesting(&tokens)?;
        let mut reading = Reading { tokens: &tokens, at: 0, words: Vec::new(), back: 0, warmup: 0 };
        while reading.at < tokens.len() {
            reading.token()?;
        }
        let Reading { words, back, warmup, .. } = reading;
        Ok(Self { text: text.trim().to_string(), words, back, warmup })
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
    back: usize,
    warmup: usize,
}

impl Reading<'_> {
    fn token(&mut self) -> Result<(), String> {
        let Some(word) = self.tokens[self.at].word() else {
            self.at += 1;
            return Ok(());
        };
        let called = self.tokens.get(self.at + 1).is_some_and(|next| next.is_mark("("));
        match word {
            "over" => return self.window(),
            "lag" if called => drop(self.check_lag(self.at)?),
            _ if called && AGGREGATES.contains(&word) => self.check_aggregate(word)?,
            _ if called && SCALARS.contains(&word) => {}
            // "in (1, 2)" and "and (…)" are not calls.
            _ if KEYWORDS.contains(&word) => {}
            _ if called => {
                let known = [&SCALARS[..], &AGGREGATES[..], &["lag"]].concat().join(" ");
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
        if self.tokens.get(close + 1).and_then(Token::word) == Some("over") {
            return Ok(());
        }
        Err(format!("'{word}' needs a window: {word}(..) {WINDOW_FORM}"))
    }

    /// `lag(x, k)` with a plain number k ≥ 1, then OVER; gives k.
    fn check_lag(&self, at: usize) -> Result<usize, String> {
        let close = self.closing(at + 1);
        let arguments = self.tokens.get(at + 2..close).unwrap_or_default();
        let followed = self.tokens.get(close + 1).and_then(Token::word) == Some("over");
        match arguments {
            [first @ .., comma, offset]
                if followed && comma.is_mark(",") && !first.iter().any(|token| token.is_mark(",")) =>
            {
                offset.whole().filter(|bars| *bars >= 1)
            }
            _ => None,
        }
        .ok_or_else(|| format!("write lag(x, k) {LAG_FORM} with k a whole number from 1 and no ',' in x"))
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

    /// Reads `OVER ( … )` at the current token: the one form, with only its numbers free.
    fn window(&mut self) -> Result<(), String> {
        let open = self.at + 1;
        if !self.tokens.get(open).is_some_and(|next| next.is_mark("(")) {
            return Err(format!("a window is written in full: {WINDOW_FORM}"));
        }
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
        let lag = self.lag_before();
        let bars = match (frame, lag) {
            // Only lag does without a frame: everything else would read the whole past.
            (Some([]), Some(lag)) => lag,
            (Some(["rows", "between", from, "preceding", "and", "current", "row"]), None) => whole(from)?,
            (Some(["rows", "between", from, "preceding", "and", to, "preceding"]), None)
                if whole(to)? <= whole(from)? =>
            {
                whole(from)?
            }
            _ => return Err(format!("this window is not allowed; use {WINDOW_FORM}, after lag(x, k) {LAG_FORM}")),
        };
        self.back = self.back.max(bars);
        if !daily {
            self.warmup = self.warmup.max(bars);
        }
        self.at = close + 1;
        Ok(())
    }

    /// The k of the `lag(x, k)` that the OVER at the current token belongs to, if it does.
    fn lag_before(&self) -> Option<usize> {
        let call = (0..self.at)
            .find(|index| self.tokens[*index].word() == Some("lag") && self.closing(index + 1) + 1 == self.at)?;
        self.check_lag(call).ok()
    }
}

fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("'{text}' is not a whole number of bars"))
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
mod tests {
    use super::*;

    const SERIES: &str = "PARTITION BY symbol, interval ORDER BY ts";

    #[test]
    fn backward_windows_pass_and_tell_their_reach() {
        let read = |text: &str| Expression::parse(text).unwrap();
        let mean = read(&format!("close / avg(close) OVER ({SERIES} ROWS BETWEEN 19 PRECEDING AND CURRENT ROW) - 1"));
        assert_eq!((mean.back(), mean.warmup(), mean.columns()), (19, 19, &["close".to_string()][..]));
        let lagged = read(&format!("lag(close + open, 3) OVER ({SERIES})"));
        assert_eq!((lagged.back(), lagged.warmup()), (3, 3));
        let daily = read(
            "max(high) OVER (PARTITION BY symbol, interval, session_date ORDER BY ts ROWS BETWEEN 400 PRECEDING AND 1 PRECEDING)",
        );
        assert_eq!((daily.back(), daily.warmup()), (400, 0));
        let plain = read("CASE WHEN volume IS NOT NULL AND (close > open) THEN ln(volume) ELSE CAST(0 AS DOUBLE) END");
        assert_eq!((plain.back(), plain.columns().len()), (0, 3));
        assert!(read("close").is_column("close"));
    }

    #[test]
    fn everything_that_could_look_ahead_is_refused() {
        let frame = |frame: &str| format!("avg(close) OVER ({SERIES} {frame})");
        let leaks = [
            "lead(close, 1) OVER (PARTITION BY symbol, interval ORDER BY ts)".to_string(),
            format!("lag(close, -1) OVER ({SERIES})"),
            format!("lag(close, 0) OVER ({SERIES})"),
            format!("lag(close) OVER ({SERIES})"),
            format!("lag(close, -3, 5) OVER ({SERIES})"),
            format!("lag(close, open) OVER ({SERIES})"),
            frame("ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING"),
            frame("ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"),
            frame("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
            frame("ROWS BETWEEN 1 PRECEDING AND 5 PRECEDING"),
            frame("RANGE BETWEEN 5 PRECEDING AND CURRENT ROW"),
            frame("DESC ROWS BETWEEN 5 PRECEDING AND CURRENT ROW"),
            frame("ROWS BETWEEN -5 PRECEDING AND CURRENT ROW"),
            frame(""),
            "avg(close) OVER ()".to_string(),
            "avg(close)".to_string(),
            "avg(close) OVER w".to_string(),
            "avg(close) OVER (PARTITION BY interval ORDER BY ts ROWS BETWEEN 5 PRECEDING AND CURRENT ROW)".to_string(),
            "avg(close) OVER (PARTITION BY symbol, interval ORDER BY -ts ROWS BETWEEN 5 PRECEDING AND CURRENT ROW)"
                .to_string(),
            "(SELECT max(close) FROM bars)".to_string(),
            "close, lag(close, 1)".to_string(),
            "close) AS x, (open".to_string(),
            "random()".to_string(),
            String::new(),
        ];
        for leak in leaks {
            let refused = Expression::parse(&leak);
            assert!(refused.is_err(), "{leak} passed");
        }
    }
}
