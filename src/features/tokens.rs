//! Words of a SQL expression, enough of them to judge it.

/// One token; words are in lower case.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A keyword, function or column.
    Word(String),
    /// A number without sign.
    Number(String),
    /// A text in single quotes.
    Text,
    /// An operator, parenthesis or comma.
    Mark(&'static str),
}

impl Token {
    pub(super) fn is_mark(&self, mark: &str) -> bool {
        matches!(self, Self::Mark(found) if *found == mark)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The number, when it is a whole one.
    pub(super) fn whole(&self) -> Option<usize> {
        match self {
            Self::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }
}

/// Longest first, so that `<=` is not read as `<` and `=`.
const MARKS: [&str; 15] = ["<=", ">=", "<>", "!=", "(", ")", ",", "+", "-", "*", "/", "%", "<", ">", "="];

/// Splits an expression.
///
/// # Errors
/// Comments, statements, quoted identifiers and any other sign that expressions don't need.
#[cfg(test)]
pub(super) fn split(text: &str) -> Result<Vec<Token>, String> {
    Ok(split_places(text)?.0)
}

/// Splits an expression; beside the tokens, the byte after each.
///
/// # Errors
/// As [`split`].
pub(super) fn split_places(text: &str) -> Result<(Vec<Token>, Vec<usize>), String> {
    let (mut tokens, mut ends) = (Vec::new(), Vec::new());
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphabetic() || first == '_' {
            let length = run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            tokens.push(Token::Word(rest[..length].to_ascii_lowercase()));
            length
        } else if first.is_ascii_digit() {
            let length = number(rest);
            tokens.push(Token::Number(rest[..length].to_string()));
            length
        } else if first == '\'' {
            // E'..' and the like read their text by other rules.
            let before = text[..text.len() - rest.len()].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err("a text must stand by itself: put a space before '".into());
            }
            let length = rest[1..].find('\'').ok_or("a text is not closed: ' is missing")?;
            if rest[1..=length].contains(|c: char| c == '\\' || c.is_control()) {
                return Err("a text can hold neither \\ nor line breaks".into());
            }
            if rest[length + 2..].starts_with('\'') {
                return Err("a text can't hold '".into());
            }
            tokens.push(Token::Text);
            1 + length + 1
        } else if rest.starts_with("--") || rest.starts_with("/*") {
            return Err("comments don't belong into an expression; use 'about'".into());
        } else {
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
            let mark = mark.ok_or_else(|| format!("'{first}' can't be used in an expression"))?;
            tokens.push(Token::Mark(mark));
            mark.len()
        };
        ends.push(text.len() - rest.len() + length);
        rest = rest[length..].trim_start();
    }
    Ok((tokens, ends))
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Length of digits with at most one fraction and exponent.
fn number(text: &str) -> usize {
    let digits = |from: usize| from + run(&text[from..], |c| c.is_ascii_digit());
    let mut end = digits(0);
    if text[end..].starts_with('.') {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['-', '+']));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_sets_write() {
        let tokens = split("CASE WHEN close <= 1.5e-3 THEN ln(Volume)/2 END").unwrap();
        assert_eq!(tokens.len(), 13);
        assert_eq!(tokens[3], Token::Mark("<="));
        assert_eq!(tokens[4], Token::Number("1.5e-3".into()));
        assert_eq!(tokens[8].word(), Some("volume"));
        assert_eq!(split("1e").unwrap().len(), 2);
    }

    #[test]
    fn refuses_what_they_must_not() {
        for bad in [
            "e'\\'' is null",
            "x'ff'",
            "'a\\b'",
            "'a\nb'",
            "'it''s'",
            "close; DROP TABLE bars",
            "close -- x",
            "close /* x */",
            "\"close\"",
            "b.close",
            "close::INT",
            "'x",
            "é",
        ] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }
}
