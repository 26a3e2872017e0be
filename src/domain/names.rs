//! Names from outside: the one a user probably meant, and how one is shown in an error.

/// The candidate most like `name` (smallest Levenshtein distance), unless all are far.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What a user pastes may be long; names are not.
    let name: String = name.chars().take(60).collect();
    candidates
        .map(|candidate| (strsim::levenshtein(&name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(name.len()) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `did you mean 'x'?` when a candidate is near, else all of them.
#[must_use]
pub fn suggestion<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = candidates.collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("known: {}", known.join(", ")),
    }
}

/// Text from outside, short and without control characters.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().take(60).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = || ["close", "volume", "vwap"].into_iter();
        assert_eq!(nearest("clse", known()), Some("close"));
        assert_eq!(nearest("volumes", known()), Some("volume"));
        assert_eq!(nearest("momentum", known()), None);
        assert_eq!(nearest("", known()), None);
        assert_eq!(suggestion("clse", known()), "did you mean 'close'?");
        assert_eq!(suggestion("momentum", known()), "known: close, volume, vwap");
    }

    #[test]
    fn texts_are_shown_short_and_on_one_line() {
        assert_eq!(shown("a\u{7}b\nc"), "a?b?c");
        assert_eq!(shown(&"é".repeat(100)).chars().count(), 60);
    }
}
