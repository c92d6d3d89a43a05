//! The characters that a text has: most texts that are looked through for something lack a character that it always has,
//! and need no closer look.

/// A set of ASCII characters. Letters are the same in upper and lower case, though it is known whether there is a capital;
/// digits and control characters count for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Characters(u64);

impl Characters {
    /// The characters of a text.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "a byte is less than 256, and constants have no iterators"
    )]
    pub const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut set = 0;
        let mut at = 0;
        while at < bytes.len() {
            set |= BIT[bytes[at] as usize];
            at += 1;
        }
        Self(set)
    }

    /// Whether there is a capital letter.
    #[must_use]
    pub fn has_capital(self) -> bool {
        self.0 & CAPITAL != 0
    }

    /// Whether all characters of another set are in this one, capital or not.
    #[must_use]
    pub fn has_all(self, other: Self) -> bool {
        let wanted = other.0 & !CAPITAL;
        self.0 & wanted == wanted
    }
}

/// The bit that tells of a capital letter: one that no other character has.
const CAPITAL: u64 = 1 << 63;

/// The bit of each byte: of the letters in the order of the alphabet, then of what else is printed.
static BIT: [u64; 256] = bits();

#[expect(
    clippy::indexing_slicing,
    reason = "a byte is less than 256, and constants have no iterators"
)]
const fn bits() -> [u64; 256] {
    let mut bits = [0; 256];
    let mut byte = b' ';
    let mut next = 26;
    while byte < 0x7f {
        if byte.is_ascii_alphabetic() {
            bits[byte as usize] = 1 << (byte.to_ascii_lowercase() - b'a');
            if byte.is_ascii_uppercase() {
                bits[byte as usize] |= CAPITAL;
            }
        } else if !byte.is_ascii_digit() {
            bits[byte as usize] = 1 << next;
            next += 1;
        }
        byte += 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::Characters;

    #[test]
    fn every_character_has_a_bit_of_its_own() {
        let printed: Vec<char> = (b' '..0x7f).map(char::from).collect();
        for &one in &printed {
            for &other in &printed {
                let set = Characters::of(&one.to_string());
                let is_same = one.eq_ignore_ascii_case(&other) || other.is_ascii_digit();
                let has = set.has_all(Characters::of(&other.to_string()));
                assert_eq!(has, is_same, "{one:?} {other:?}");
            }
        }
        assert!(Characters::of("aBc").has_capital());
        assert!(!Characters::of("abc1é").has_capital());
        assert!(Characters::of("xyz-").has_all(Characters::of("X-Z")));
    }
}
