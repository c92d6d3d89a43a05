//! The formats of profile variables: what a value of each looks like.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::base64;

/// What a value must be (`format` of `v1Variable` in the Palette API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueFormat {
    /// Any text.
    #[default]
    String,
    /// An integer or a decimal number.
    Number,
    /// `true` or `false`, and nothing else.
    Boolean,
    /// An IPv4 address.
    Ipv4,
    /// IPv4 addresses by their prefix.
    Ipv4Cidr,
    /// An IPv6 address.
    Ipv6,
    /// A semantic version.
    Version,
    /// Standard Base64.
    Base64,
}

impl ValueFormat {
    /// Every format.
    const ALL: [Self; 8] = [
        Self::String,
        Self::Number,
        Self::Boolean,
        Self::Ipv4,
        Self::Ipv4Cidr,
        Self::Ipv6,
        Self::Version,
        Self::Base64,
    ];

    /// The format with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Ipv4 => "ipv4",
            Self::Ipv4Cidr => "ipv4cidr",
            Self::Ipv6 => "ipv6",
            Self::Version => "version",
            Self::Base64 => "base64",
        }
    }

    /// What a value of it looks like, to follow "a value is".
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::String => "any text",
            Self::Number => "an integer or a decimal number, as `3` or `0.5`",
            Self::Boolean => "`true` or `false`",
            Self::Ipv4 => "an IPv4 address, as `192.0.2.7`",
            Self::Ipv4Cidr => "an IPv4 address with the length of its prefix, as `192.0.2.0/24`",
            Self::Ipv6 => "an IPv6 address, as `2001:db8::7`",
            Self::Version => "a semantic version of three numbers, as `1.2.3`",
            Self::Base64 => "Base64 with the letters `+` and `/`, padded with `=`",
        }
    }

    /// Whether a text is a value of it.
    #[must_use]
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::String => true,
            Self::Number => is_number(text),
            Self::Boolean => matches!(text, "true" | "false"),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv4Cidr => is_ipv4_cidr(text),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Version => semver::Version::parse(text).is_ok(),
            Self::Base64 => base64::decode(text).is_some(),
        }
    }

    /// The value of it that a text most likely stands for, when the text is none.
    #[must_use]
    pub fn meant_by(self, text: &str) -> Option<String> {
        let trimmed = text.trim();
        let meant = match self {
            Self::Boolean => match trimmed.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => "true".to_owned(),
                "false" | "no" | "off" | "0" => "false".to_owned(),
                _ => return None,
            },
            Self::Version => match trimmed.strip_prefix(['v', 'V']).unwrap_or(trimmed) {
                short if short.matches('.').count() == 1 => format!("{short}.0"),
                bare => bare.to_owned(),
            },
            _ => trimmed.to_owned(),
        };
        (meant != text && self.accepts(&meant)).then_some(meant)
    }
}

/// Digits with at most one point, a sign before and an exponent after them: Rust reads these as Go does, and names such
/// as `inf` are left out by their letters.
fn is_number(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.bytes().all(is_part) && text.parse::<f64>().is_ok()
}

fn is_ipv4_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let is_length = length.bytes().all(|byte| byte.is_ascii_digit())
        && length.len() <= 2
        && length.parse::<u8>().is_ok_and(|length| length <= 32);
    is_length && address.parse::<Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::ValueFormat;

    #[test]
    fn values_are_told_from_what_only_resembles_them() {
        for (format, good, bad) in [
            (ValueFormat::String, &["", "a b"][..], &[][..]),
            (
                ValueFormat::Number,
                &["3", "-1", "0.5", "+2", "1e6", "007"],
                &[
                    "", "three", "1,5", "0x10", "inf", "NaN", "3 ", "1_000", "10Gi", "-", "e",
                ],
            ),
            (
                ValueFormat::Boolean,
                &["true", "false"],
                &["True", "1", "yes", ""],
            ),
            (
                ValueFormat::Ipv4,
                &["10.0.0.1"],
                &["10.0.0", "10.0.0.256", "10.0.0.1/8", "010.0.0.1", "::1"],
            ),
            (
                ValueFormat::Ipv4Cidr,
                &["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32"],
                &[
                    "10.0.0.0",
                    "10.0.0.0/33",
                    "10.0.0.0/",
                    "10.0.0.0/+8",
                    "::/0",
                ],
            ),
            (
                ValueFormat::Ipv6,
                &["::1", "2001:db8::7", "::ffff:10.0.0.1"],
                &["10.0.0.1", "2001:db8::/32", "fe80::1%eth0"],
            ),
            (
                ValueFormat::Version,
                &["1.2.3", "1.2.3-rc.1", "1.2.3+build"],
                &["1.2", "v1.2.3", "1.2.3.4", "01.2.3", "latest"],
            ),
            (
                ValueFormat::Base64,
                &["", "YQ==", "YWI=", "YWJj", "YWJj\nYWJj\n"],
                &["YQ", "YQ=", "a-_=", "Y Q=", "====", "YQ==YQ=="],
            ),
        ] {
            for text in good {
                assert!(format.accepts(text), "{format:?} {text}");
            }
            for text in bad {
                assert!(!format.accepts(text), "{format:?} {text}");
            }
            assert_eq!(ValueFormat::named(format.name()), Some(format));
        }
    }

    #[test]
    fn what_was_meant_is_a_value() {
        for (format, text, meant) in [
            (ValueFormat::Boolean, "True", Some("true")),
            (ValueFormat::Boolean, "0", Some("false")),
            (ValueFormat::Boolean, "perhaps", None),
            (ValueFormat::Version, "v1.2", Some("1.2.0")),
            (ValueFormat::Version, "1.2.3.4", None),
            (ValueFormat::Number, " 3", Some("3")),
            (ValueFormat::Number, "three", None),
        ] {
            assert_eq!(format.meant_by(text).as_deref(), meant, "{text}");
        }
    }
}
