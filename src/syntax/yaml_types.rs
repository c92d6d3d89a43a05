//! Which plain YAML scalars are strings, and which are something else: the table that Palette's readers go by.
//!
//! Palette, Kubernetes and Helm read YAML with `sigs.k8s.io/yaml`, which resolves plain scalars as go-yaml v2 does
//! (`resolve.go`). That is neither YAML 1.1 nor YAML 1.2:
//!
//! | plain scalar | is | elsewhere |
//! | --- | --- | --- |
//! | nothing, `~`, `null`, `Null`, `NULL` | null | the same in YAML 1.1 and 1.2 |
//! | `true`, `yes`, `on`, `y` and their opposites, each in lower case, upper case or capitalised | boolean | YAML 1.2: only `true` and `false` |
//! | `12`, `+12`, `1_000`, `-0` | integer | YAML 1.2: `1_000` is a string |
//! | `017`, `0o17`, `0b11`, `0x1F`, also with a sign and in capitals | integer | `017` is 15; YAML 1.2: 17 |
//! | `1.5`, `.5`, `5.`, `1e3`, `08`, `1_0.5`, decimal integers of more than 64 bits | float | |
//! | `1e400` and other floats of more than 64 bits, `0x1_0000_0000_0000_0000` | string | YAML 1.2: a number |
//! | `.inf`, `+.inf`, `-.inf`, `.nan`, each in three spellings | float | JSON has none of them |
//! | `1:30`, `190:20:30` | string | YAML 1.1: a number to the base of 60 |
//! | `2001-12-14` and other timestamps | string | YAML 1.1: a timestamp |
//! | `<<` as a key | merge key | YAML 1.2: a string |
//! | everything else | string | |
//!
//! The tree keeps the text as it is written; only its kind and, where a value is asked for, its meaning come from here.

use super::Kind;

/// The kind of a plain scalar without a tag.
#[must_use]
pub fn plain_kind(text: &str) -> Kind {
    let Some(first) = text.bytes().next() else {
        return Kind::Null;
    };
    let may_be_number = matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.');
    // No word that means something is longer.
    let may_be_word = text.len() <= 5 && (first.is_ascii_alphabetic() || first == b'~');
    match text {
        _ if !may_be_number && !may_be_word => Kind::String,
        "~" | "null" | "Null" | "NULL" => Kind::Null,
        _ if boolean(text).is_some() => Kind::Bool,
        _ if may_be_number && is_number(text) => Kind::Number,
        _ => Kind::String,
    }
}

/// The kind a core schema tag (`!!str` and so on) asks for; `None` for other tags.
#[must_use]
pub fn tagged_kind(suffix: &str) -> Option<Kind> {
    Some(match suffix {
        "str" => Kind::String,
        "int" | "float" => Kind::Number,
        "bool" => Kind::Bool,
        "null" => Kind::Null,
        _ => return None,
    })
}

/// The value of a plain scalar that is a boolean.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            Some(true)
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            Some(false)
        }
        _ => None,
    }
}

/// A plain scalar that is a number, as JSON writes it: the same text where that is JSON already. `None` for infinities,
/// and for what is no number.
#[must_use]
pub fn json_number(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    if let Some(integer) = integer(&plain) {
        return Some(integer.to_string());
    }
    if !is_float(&plain) {
        return None;
    }
    if is_json_number(text) {
        return Some(text.to_owned());
    }
    let (sign, unsigned) = match plain.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}{exponent}"))
}

fn is_number(text: &str) -> bool {
    // Most of what begins like a number is a port, a count or a size, or no number: `10m`, `1.2.3`.
    let is_short = text.len() <= 18 && (text.len() == 1 || !text.starts_with('0'));
    if is_short && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => true,
        ".nan" | ".NaN" | ".NAN" => text.len() == unsigned.len(),
        _ if text.bytes().filter(|&byte| byte == b'.').count() > 1
            || text.bytes().any(is_foreign) =>
        {
            false
        }
        // Underscores may stand between digits, but nothing but a digit makes a reader look for a number.
        _ if unsigned.starts_with(|c: char| c.is_ascii_digit())
            || unsigned.len() < text.len() && unsigned.starts_with('_') =>
        {
            let plain = text.replace('_', "");
            integer(&plain).is_some() || is_float(&plain)
        }
        _ => is_float(text),
    }
}

/// Whether a byte is in no number, but for infinities and what is none.
fn is_foreign(byte: u8) -> bool {
    !byte.is_ascii_hexdigit()
        && !matches!(byte, b'+' | b'-' | b'.' | b'_' | b'x' | b'X' | b'o' | b'O')
}

/// The value of an integer without underscores: with a sign one of 64 bits, without it one of 64 bits more than that
/// (`strconv.ParseInt` and `strconv.ParseUint`, base 0).
fn integer(plain: &str) -> Option<i128> {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (radix, digits) = match radix_and_digits(unsigned) {
        Some(other) => other,
        None if unsigned == "0" || !unsigned.starts_with('0') => (10, unsigned),
        None => return None,
    };
    // What may be signed or empty is no row of digits.
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if plain.starts_with('-') {
        -value
    } else {
        value
    };
    let is_signed = unsigned.len() < plain.len();
    let fits = i64::try_from(value).is_ok() || (!is_signed && u64::try_from(value).is_ok());
    fits.then_some(value)
}

/// Whether a text without underscores is a decimal number that a float of 64 bits can be.
fn is_float(plain: &str) -> bool {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    is_decimal(unsigned) && unsigned.parse().is_ok_and(f64::is_finite)
}

/// The base of an integer that is not written in decimal, and its digits.
fn radix_and_digits(unsigned: &str) -> Option<(u32, &str)> {
    let lead = |len| unsigned.get(..len).map(str::to_ascii_lowercase);
    let (radix, digits) = match lead(2).as_deref() {
        Some("0x") => (16, unsigned.get(2..)?),
        Some("0o") => (8, unsigned.get(2..)?),
        Some("0b") => (2, unsigned.get(2..)?),
        _ => (8, unsigned.strip_prefix('0')?),
    };
    (!digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)))
        .then_some((radix, digits))
}

fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_mantissa = !whole.is_empty() || !fraction.is_empty();
    let good_exponent = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    has_mantissa && digits(whole) && digits(fraction) && good_exponent
}

/// RFC 8259, section 6.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.split(['.', 'e', 'E']).next().unwrap_or_default();
    let after_point = unsigned
        .split_once('.')
        .map(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_decimal(unsigned)
        && !whole.is_empty()
        && (whole == "0" || !whole.starts_with('0'))
        && after_point != Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_kind_go_gives_them() {
        for (text, kind) in [
            ("", Kind::Null),
            ("~", Kind::Null),
            ("yes", Kind::Bool),
            ("y", Kind::Bool),
            ("N", Kind::Bool),
            ("yEs", Kind::String),
            ("True", Kind::Bool),
            ("1.33", Kind::Number),
            ("1.33.9", Kind::String),
            ("1.33.x", Kind::String),
            ("-1000", Kind::Number),
            ("1_000", Kind::Number),
            ("+_1", Kind::Number),
            ("_1", Kind::String),
            ("0x1F", Kind::Number),
            ("-0B11", Kind::Number),
            ("0x", Kind::String),
            ("0755", Kind::Number),
            ("08", Kind::Number),
            ("0o8", Kind::String),
            ("1e3", Kind::Number),
            ("e3", Kind::String),
            (".", Kind::String),
            (".5", Kind::Number),
            (".5_0", Kind::String),
            ("5.", Kind::Number),
            ("+", Kind::String),
            (".inf", Kind::Number),
            ("-.nan", Kind::String),
            ("10.0.0.0/16", Kind::String),
            ("9223372036854775808", Kind::Number),
            ("18446744073709551616", Kind::Number),
            ("-9223372036854775809", Kind::Number),
            ("0xFFFFFFFFFFFFFFFF", Kind::Number),
            ("0x10000000000000000", Kind::String),
            ("+0xFFFFFFFFFFFFFFFF", Kind::String),
            ("-0x8000000000000000", Kind::Number),
            ("-0x8000000000000001", Kind::String),
            ("0b1_1", Kind::Number),
            ("0o7777777777777777777777", Kind::String),
            ("07777777777777777777777", Kind::Number),
            ("1e400", Kind::String),
            ("-1e400", Kind::String),
            (".1e400", Kind::String),
            ("1e-400", Kind::Number),
            ("1e308", Kind::Number),
            ("-0", Kind::Number),
            ("1:30", Kind::String),
            ("2001-12-14", Kind::String),
        ] {
            assert_eq!(plain_kind(text), kind, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_as_json_has_them() {
        for (text, json) in [
            ("12", Some("12")),
            ("-0.50", Some("-0.50")),
            ("1E+5", Some("1E+5")),
            ("1.10", Some("1.10")),
            ("+12", Some("12")),
            ("1_000", Some("1000")),
            ("0755", Some("493")),
            ("-0x1F", Some("-31")),
            ("0O17", Some("15")),
            ("0b11", Some("3")),
            ("08", Some("8")),
            ("007.50", Some("7.50")),
            (".5e3", Some("0.5e3")),
            ("5.", Some("5")),
            ("5.e2", Some("5e2")),
            ("-.5", Some("-0.5")),
            ("-0", Some("0")),
            ("+0", Some("0")),
            ("-0.0", Some("-0.0")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", Some("18446744073709551616")),
            ("+18446744073709551615", Some("18446744073709551615")),
            ("07777777777777777777777", Some("7777777777777777777777")),
            ("0xFFFF_FFFF_FFFF_FFFF", Some("18446744073709551615")),
            ("0x1FFFFFFFFFFFFFFFF", None),
            ("1e400", None),
            (".inf", None),
            (".nan", None),
            ("word", None),
        ] {
            assert_eq!(json_number(text).as_deref(), json, "{text}");
        }
    }
}
