//! `malformed-version`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "malformed-version",
    summary: "the profile's version is not a semantic version",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/malformed-version.md"),
};

/// The rule.
pub struct MalformedVersion;

impl Rule for MalformedVersion {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let Some(node) = cx.profile.version_node() else {
            return;
        };
        let text = node.text();
        match semver::Version::parse(&text) {
            Ok(version) if version.build.is_empty() => {}
            Ok(version) => {
                let without = text.split('+').next().unwrap_or_default();
                sink.report(
                    &META,
                    node,
                    format!("profile version `{text}` has build metadata `+{}`, which Palette does not document", version.build),
                )
                .level(Level::Warning)
                .help(format!("without it: `{without}`"));
            }
            Err(_) => {
                let finding = sink.report(
                    &META,
                    node,
                    format!(
                        "profile version `{text}` is not a semantic version (`major.minor.patch`)"
                    ),
                );
                if let Some(suggestion) = suggest(&text) {
                    finding.help(format!("did you mean `{suggestion}`?"));
                }
            }
        }
    }
}

/// The semantic version that a malformed one most likely stands for: `v1.2` for 1.2.0.
fn suggest(text: &str) -> Option<String> {
    let bare = text
        .trim()
        .trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let end = bare
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(bare.len());
    let (numbers, suffix) = bare.split_at_checked(end)?;
    let mut parts: Vec<u64> = Vec::new();
    let mut rest = String::new();
    for part in numbers.split('.').filter(|part| !part.is_empty()) {
        let number = part.parse().ok()?;
        if parts.len() < 3 {
            parts.push(number);
        } else {
            rest = format!("-{number}");
        }
    }
    // A comma or the dashes of a date tell that it never was a version of this kind.
    let is_date = parts.first().is_some_and(|&first| first > 1900);
    let is_list = suffix.starts_with(|character: char| {
        !matches!(character, '-' | '+' | '.' | '_') && !character.is_ascii_alphabetic()
    });
    if parts.is_empty() || is_date || is_list || suffix == "x" {
        return None;
    }
    parts.resize(3, 0);
    let numbers: Vec<String> = parts.iter().map(u64::to_string).collect();
    let word: String = suffix
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || *character == '.')
        .collect();
    let suffix = if word.is_empty() {
        rest
    } else {
        format!("-{}", word.trim_matches('.'))
    };
    let suggestion = format!("{}{suffix}", numbers.join("."));
    semver::Version::parse(&suggestion)
        .is_ok()
        .then_some(suggestion)
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn a_semantic_version_is_suggested() {
        for (text, suggestion) in [
            ("v1.2", Some("1.2.0")),
            ("2.2.2.develop", Some("2.2.2-develop")),
            ("b0.0.1", Some("0.0.1")),
            ("1.02.3", Some("1.2.3")),
            ("1.2.3.4", Some("1.2.3-4")),
            ("latest", None),
            ("", None),
        ] {
            assert_eq!(suggest(text).as_deref(), suggestion, "{text}");
        }
    }
}
