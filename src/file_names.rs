//! Which names files and folders can have on every system that a checkout may come to.

use crate::sensitive::is_unprintable;

/// Whether a name can be that of a file or folder, and leads to no other.
#[must_use]
pub fn is_portable(name: &str) -> bool {
    let is_odd = |character| "/\\:*?\"<>|".contains(character) || is_unprintable(character);
    // Windows leaves out dots and spaces at the end, which also rules out `.` and `..`.
    !name.is_empty() && !name.ends_with(['.', ' ']) && !name.contains(is_odd) && !is_device(name)
}

/// Whether Windows takes a name for that of a device, whatever stands behind a dot in it.
#[must_use]
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        stem => ["com", "lpt"].iter().any(|port| {
            let number = stem
                .strip_prefix(port)
                .map(|number| number.chars().collect());
            let number: Vec<char> = number.unwrap_or_default();
            matches!(number.as_slice(), ['0'..='9' | '¹' | '²' | '³'])
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_and_what_leads_elsewhere_are_no_names() {
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "../../etc/passwd",
            "a\\b",
            "C:x",
            "a?",
            "a*",
            "<a>",
            "a|b",
            "\"a\"",
            "a.",
            "a ",
            "a\nb",
            "a\0",
            "\u{202e}nosj",
            "\u{1b}[31m",
            "CON",
            "con",
            "Nul.txt",
            "aux .json",
            "COM1",
            "lpt9.a.b",
            "com²",
            "conin$",
        ] {
            assert!(!is_portable(name), "{name:?}");
        }
        for name in [
            "prod",
            "a b",
            "søk",
            "-o",
            ".hidden",
            "a.b",
            "console",
            "com",
            "com10",
            "com1x",
            "con-1",
            "auxiliary",
            "{destination}",
            "ab¹",
        ] {
            assert!(is_portable(name), "{name:?}");
        }
    }
}
