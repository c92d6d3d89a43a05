//! Texts that are credentials by their shape alone: keys and tokens of well-known services, and private keys.
//!
//! What is found here is reported, and left out of everything that is printed. So only shapes count that nothing else
//! has: a prefix of the service's own and the length it gives its tokens (the services' documentation of their token
//! formats).

use std::{collections::HashSet, sync::LazyLock};

use aho_corasick::packed::Searcher;
use regex::Regex;

use crate::source::TextRange;

/// A credential in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential {
    /// Where it is, in bytes of the text: of a private key its first line.
    pub range: TextRange,
    /// What it is, with an article.
    pub what: &'static str,
}

/// What credentials begin with, or have in them: a text that has none of these holds none. One expression of all shapes
/// would take longer to be made than one file to be checked.
pub(crate) const BEGINNINGS: [&str; 41] = [
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "glptt-",
    "glcbt-",
    "glsoat-",
    "glft-",
    "glimt-",
    "glagent-",
    "gloas-",
    "xoxa-",
    "xoxb-",
    "xoxe-",
    "xoxo-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "hooks.slack.com",
    "AIza",
    "GOCSPX-",
    "eyJ",
    "sk_live_",
    "rk_live_",
    "npm_",
    "hf_",
    "dckr_pat_",
    "hvs.",
    "SG.",
    "dop_v1_",
    "glsa_",
    "AccountKey=",
    "PRIVATE KEY",
    "LS0tLS1CRUdJTi",
];

/// The shapes. Where one has a group, the group is what is pointed at.
const SHAPES: [(&str, &str); 23] = [
    ("an AWS access key id", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
    (
        "a GitHub token",
        r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b",
    ),
    (
        "a GitLab token",
        r"\bgl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|agent|oas)-[A-Za-z0-9_-]{20,}",
    ),
    (
        "a Slack token",
        r"\bxox[abeoprs]-[0-9]{8,}-[A-Za-z0-9-]{10,}",
    ),
    (
        "a Slack webhook",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/[A-Za-z0-9]{20,}",
    ),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a Google client secret", r"\bGOCSPX-[A-Za-z0-9_-]{28}"),
    (
        "a JSON Web Token",
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}",
    ),
    ("a Stripe key", r"\b[sr]k_live_[0-9A-Za-z]{20,}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{34}\b"),
    ("a Docker token", r"\bdckr_pat_[A-Za-z0-9_-]{27}"),
    ("a Vault token", r"\bhvs\.[A-Za-z0-9_-]{24,}"),
    (
        "a SendGrid key",
        r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    ),
    ("a DigitalOcean token", r"\bdop_v1_[a-f0-9]{64}\b"),
    ("a Grafana token", r"\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b"),
    (
        "an Azure storage key",
        r"\bAccountKey=([A-Za-z0-9+/]{86}==)",
    ),
    (
        "a private key",
        r"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)(?:\s|\\n|\\r)*[A-Za-z0-9+/]{40}",
    ),
    // The same four beginnings in Base64.
    (
        "a private key",
        r"\bLS0tLS1CRUdJTiBQUklWQVRFIEtFWS[A-Za-z0-9+/]{40,}={0,2}",
    ),
    (
        "a private key",
        r"\bLS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRV[A-Za-z0-9+/]{40,}={0,2}",
    ),
    (
        "a private key",
        r"\bLS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFW[A-Za-z0-9+/]{40,}={0,2}",
    ),
    (
        "a private key",
        r"\bLS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVE[A-Za-z0-9+/]{40,}={0,2}",
    ),
];

/// Fewer different characters than this has no key: someone filled the space with `x` or `0`.
const FEWEST_CHARACTERS: usize = 8;

/// Every credential has at least so many bytes in a row that keys and tokens are made of.
const SHORTEST: usize = 20;

/// Whether a text has a word that is long enough. Only every twentieth byte is looked at where there is none.
fn has_long_word(text: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.+/=".contains(byte);
    let bytes = text.as_bytes();
    let mut start = 0;
    while let Some(word) = bytes.get(start..start + SHORTEST) {
        match word.iter().rposition(|byte| !is_part(byte)) {
            Some(at) => start += at + 1,
            None => return true,
        }
    }
    false
}

/// Whether a text may hold a credential: quick, and wrong only in saying yes.
#[must_use]
pub fn may_hold(text: &str) -> bool {
    has_long_word(text) && beginnings(text).next().is_some()
}

/// Where credentials may begin or be, in bytes of the text, in order.
fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    static SEARCHER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(BEGINNINGS));
    let found = SEARCHER.as_ref().map(|searcher| searcher.find_iter(text));
    // A test builds it; without one any byte may be where one is.
    let anywhere = if found.is_none() { text.len() } else { 0 };
    let found = found.into_iter().flatten().map(|found| found.start());
    found.chain(0..anywhere)
}

/// The credentials in a text, in order. Those that documentation uses as examples, and those that are filled with one
/// character, are none.
#[must_use]
pub fn find(text: &str) -> Vec<Credential> {
    if !may_hold(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (what, regex) in shapes() {
        for captures in regex.captures_iter(text) {
            let Some(whole) = captures.get(0).filter(|whole| !is_stand_in(whole.as_str())) else {
                continue;
            };
            let shown = captures.get(1).unwrap_or(whole);
            found.push(Credential {
                range: TextRange::new(shown.start(), shown.end()),
                what,
            });
        }
    }
    found.sort_by_key(|credential| credential.range);
    found
}

fn shapes() -> &'static [(&'static str, Regex)] {
    static REGEXES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
        let shapes = SHAPES.into_iter();
        // A test builds each, so none is left out in a binary that passed its tests.
        shapes
            .filter_map(|(what, shape)| Some((what, Regex::new(&format!("(?-u){shape}")).ok()?)))
            .collect()
    });
    &REGEXES
}

fn is_stand_in(token: &str) -> bool {
    let end = token.len().saturating_sub(20);
    let tail = token.get(end..).unwrap_or(token);
    let different: HashSet<u8> = tail.bytes().collect();
    different.len() < FEWEST_CHARACTERS || token.to_ascii_uppercase().contains("EXAMPLE")
}

#[cfg(test)]
mod tests {
    use super::{SHAPES, find, has_long_word, shapes};

    #[test]
    fn words_are_long_enough_or_not() {
        let word = "a1_-.+/=".repeat(3);
        for (text, is_long) in [
            (word.get(..20).unwrap_or_default().to_owned(), true),
            (word.get(..19).unwrap_or_default().to_owned(), false),
            (format!("é {word} b"), true),
            (format!("{} {}", &word[..19], &word[..19]), false),
            (format!("{} {}", &word[..19], &word[..20]), true),
            (String::new(), false),
        ] {
            assert_eq!(has_long_word(&text), is_long, "{text}");
        }
    }

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert_eq!(shapes().len(), SHAPES.len());
    }

    #[test]
    fn credentials_are_found_where_they_stand() {
        // Put together here, so that nobody's scanner takes this file for a leak.
        let body = "Zk3xQ9vLm2Rt7Wb5Np8Yc1Hd6Jf4Ga0SeUiOx2Kq9TzBvCnM5";
        for (token, what) in [
            (
                format!("AK{}", "IAQ3EGRZ7XKWLM2PVT"),
                "an AWS access key id",
            ),
            (format!("gh{}_{}", "p", &body[..36]), "a GitHub token"),
            (format!("gl{}-{}", "pat", &body[..20]), "a GitLab token"),
            (
                format!("xo{}-{}-{}", "xb", "123456789012", &body[..24]),
                "a Slack token",
            ),
            (format!("AI{}{}", "za", &body[..35]), "a Google API key"),
            (
                format!("ey{}.eyJ{}.{}", "JhbGciOiJIUzI1", &body[..20], &body[..30]),
                "a JSON Web Token",
            ),
            (format!("h{}.{}", "vs", &body[..24]), "a Vault token"),
        ] {
            let text = format!("🚢 a={token}, b");
            let found: Vec<_> = find(&text)
                .into_iter()
                .map(|found| (found.range.of(&text).to_owned(), found.what))
                .collect();
            assert_eq!(found, [(token, what)]);
        }
        let header = format!("-----BEGIN {} PRIVATE {}-----", "RSA", "KEY");
        for separator in ["\n", "\\n", "\r\n    "] {
            let key = format!("{header}{separator}{body}");
            let found = find(&key);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].range.of(&key), header);
        }
    }

    #[test]
    fn stand_ins_and_other_texts_are_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxxxxxx",
            "xoxb-123456789012-xxxxxxxxxxxxxxxxxxxxxxxx",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw",
            "eyJhbGciOiJIUzI1NiJ9",
            "gitlab-runner-0123456789abcdef",
            "registry.example/AKIA-tools",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }
}
