//! SHA-256 fingerprints of data, definitions and artifacts.

use sha2::{Digest, Sha256};

use super::Bars;

/// An incremental SHA-256 over typed values; lengths are hashed too, so that fields can't run together.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// An empty fingerprint.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds raw bytes with their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Adds a whole number.
    pub fn i64(&mut self, value: i64) {
        self.0.update(value.to_le_bytes());
    }

    /// Adds numbers bit by bit.
    pub fn f64s(&mut self, values: &[f64]) {
        self.i64(values.len() as i64);
        self.words(values.iter().map(|value| value.to_bits()));
    }

    /// Adds words, many at a time: a call of the hash costs more than hashing one.
    fn words(&mut self, words: impl Iterator<Item = u64>) {
        let mut buffer = [0; 8 * 512];
        let mut filled = 0;
        for word in words {
            buffer[filled..filled + 8].copy_from_slice(&word.to_le_bytes());
            filled += 8;
            if filled == buffer.len() {
                self.0.update(buffer);
                filled = 0;
            }
        }
        self.0.update(&buffer[..filled]);
    }

    /// Adds every column of a series.
    pub fn bars(&mut self, bars: &Bars) {
        self.text(bars.symbol.as_str());
        self.text(bars.interval.as_str());
        let times = bars.ts.iter().zip(&bars.close_ts);
        self.words(times.flat_map(|(ts, close_ts)| [ts.0.cast_unsigned(), close_ts.0.cast_unsigned()]));
        for column in [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume, &bars.vwap] {
            self.f64s(column);
        }
    }

    /// 64 lower-case hex digits.
    #[must_use]
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 of bytes as 64 lower-case hex digits (what `sha256sum` prints).
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 and size in bytes of a file, read in pieces.
///
/// # Errors
/// Failures to open or read it.
pub fn sha256_file(path: &std::path::Path) -> std::io::Result<(String, u64)> {
    let mut file = std::fs::File::open(path)?;
    let (mut digest, mut buffer, mut bytes) = (Sha256::new(), vec![0; 1 << 18], 0);
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok((hex(&digest.finalize()), bytes)),
            taken => {
                digest.update(&buffer[..taken]);
                bytes += taken as u64;
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_matches_the_published_vector() {
        // FIPS 180-4, the one-block message "abc".
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
