//! Nouns that files and messages hold as text.

/// Lets serde write a type as its `Display` text and read it with its `FromStr`.
macro_rules! serde_as_text {
    ($($name:ty),+) => { $(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+ };
}

serde_as_text!(super::Symbol, super::Interval, super::Ts);

#[cfg(test)]
mod tests {
    use crate::domain::{Interval, Symbol, Ts};

    #[test]
    fn nouns_are_texts_in_files() {
        let at = Ts::parse("2024-01-31 09:15:00.25").unwrap();
        let nouns: (Symbol, Interval, Ts) = ("M&M".parse().unwrap(), Interval::M5, at);
        let text = serde_json::to_string(&nouns).unwrap();
        assert_eq!(text, r#"["M&M","5m","2024-01-31 09:15:00.250"]"#);
        assert_eq!(serde_json::from_str::<(Symbol, Interval, Ts)>(&text).unwrap(), nouns);
        let refused = serde_json::from_str::<Ts>("\"soon\"").unwrap_err().to_string();
        assert!(refused.contains("'soon' is not a UTC time"), "{refused}");
    }
}
