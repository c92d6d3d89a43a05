//! Which plain YAML scalars are strings, and which are something else.
//!
//! Palette reads YAML with Go's libraries, whose scalar types are those of YAML 1.2's core schema plus what YAML 1.1
//! calls a boolean (`yes`, `on` and so on; but not `y` and `n`).

use super::Kind;

/// The kind of a plain scalar without a tag.
#[must_use]
pub fn plain_kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        _ if boolean(text).is_some() => Kind::Bool,
        _ if is_number(text) => Kind::Number,
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

/// The value of a plain scalar that is a boolean in Go's YAML.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned.as_bytes() {
        [b'0', b'x', hex @ ..] => !hex.is_empty() && hex.iter().all(u8::is_ascii_hexdigit),
        [b'0', b'o', octal @ ..] => {
            !octal.is_empty() && octal.iter().all(|byte| (b'0'..=b'7').contains(byte))
        }
        [b'0', b'b', binary @ ..] => {
            !binary.is_empty() && binary.iter().all(|byte| matches!(byte, b'0' | b'1'))
        }
        b".inf" | b".Inf" | b".INF" => true,
        b".nan" | b".NaN" | b".NAN" => text.len() == unsigned.len(),
        _ => is_decimal(unsigned),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_kind_go_gives_them() {
        for (text, kind) in [
            ("", Kind::Null),
            ("~", Kind::Null),
            ("yes", Kind::Bool),
            ("y", Kind::String),
            ("True", Kind::Bool),
            ("1.33", Kind::Number),
            ("1.33.9", Kind::String),
            ("1.33.x", Kind::String),
            ("-1000", Kind::Number),
            ("0x1F", Kind::Number),
            ("1e3", Kind::Number),
            ("e3", Kind::String),
            (".", Kind::String),
            (".5", Kind::Number),
            ("5.", Kind::Number),
            (".inf", Kind::Number),
            ("-.nan", Kind::String),
            ("10.0.0.0/16", Kind::String),
        ] {
            assert_eq!(plain_kind(text), kind, "{text}");
        }
    }
}
