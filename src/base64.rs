//! Base64 of the standard alphabet, padded, as Go's `base64.StdEncoding` reads it: line breaks do not count.

/// The bytes that a text stands for; `None` when it is no Base64.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    let padding = letters
        .iter()
        .rev()
        .take_while(|&&byte| byte == b'=')
        .count();
    if !letters.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    for group in letters.chunks(4) {
        let mut bits = 0;
        for &letter in group {
            bits = bits << 6 | u32::from(sextet(letter)?);
        }
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend([first, second, third]);
    }
    bytes.truncate(bytes.len() - padding);
    // Padding stands at the end and nowhere else.
    let filled = letters.get(..letters.len() - padding)?;
    (!filled.contains(&b'=')).then_some(bytes)
}

fn sextet(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        b'=' => 0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn texts_are_decoded() {
        for (text, bytes) in [
            ("", Some("")),
            ("YQ==", Some("a")),
            ("YWI=", Some("ab")),
            ("YWJj\nZA==\n", Some("abcd")),
            ("YQ", None),
            ("YQ=", None),
            ("====", None),
            ("YQ==YQ==", None),
            ("a-_=", None),
            ("Y Q=", None),
        ] {
            assert_eq!(
                decode(text),
                bytes.map(|bytes| bytes.as_bytes().to_vec()),
                "{text:?}"
            );
        }
    }
}
