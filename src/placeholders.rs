//! Texts that stand in for a value that someone meant to fill in.

use std::{
    cell::LazyCell,
    fmt,
    sync::{Arc, LazyLock},
};

use regex::Regex;

use crate::{source::TextRange, syntax::reference::template_ranges};

/// Where a pattern is unmistakable, each place including those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The strings of the envelope: names, the description, labels, registries, defaults of variables.
    Envelope,
    /// Values of one line too.
    Line,
    /// Values of several lines too: scripts, configuration files.
    Text,
}

/// An expression that is made when it is needed.
type LazyRegex = LazyLock<Option<Regex>, Box<dyn FnOnce() -> Option<Regex> + Send>>;

/// A pattern of stand-in texts.
#[derive(Clone)]
pub struct Pattern {
    /// What people call it.
    pub name: String,
    /// What it looks like. Its first group, if it has one, is the stand-in; else the whole match. Few texts come so close
    /// to a pattern that it is needed, and to make all of them takes longer than to check a file.
    regex: Arc<LazyRegex>,
    /// Where it is looked for.
    pub reach: Reach,
    /// Texts of which every stand-in holds one, in lower case; none when that is not told.
    literals: &'static [&'static str],
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern")
            .field("name", &self.name)
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

/// A stand-in text that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder<'p> {
    /// Where, in bytes of the text.
    pub range: TextRange,
    /// The name of its pattern.
    pub pattern: &'p str,
}

/// A stand-in text, and the number of its pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where, in bytes of the text.
    pub range: TextRange,
    pattern: usize,
}

/// The patterns of a run.
#[derive(Debug, Clone)]
pub struct Placeholders {
    patterns: Vec<Pattern>,
}

/// Name, reach, texts of which one is always there, expression.
type DefaultPattern = (&'static str, Reach, &'static [&'static str], &'static str);

/// The words that ask to be replaced.
const CHANGE_ME: [&str; 6] = [
    "changeme",
    "change_me",
    "change-me",
    "replaceme",
    "replace_me",
    "replace-me",
];

/// The patterns without configuration. Forms that people use in profiles; every one has to be sure where it applies,
/// for values are full of templates, shell variables, markup and format strings.
const DEFAULT: [DefaultPattern; 8] = [
    // `${REPO_URL}` in values is for a shell or an agent in the cluster to replace, as a rule.
    (
        "${NAME}",
        Reach::Envelope,
        &["${"],
        r"\$\{[A-Z][A-Z0-9_]*\}",
    ),
    // The only text of a value, in capitals or of several words: `<none>` and `<br>` are neither.
    (
        "<NAME>",
        Reach::Line,
        &["<"],
        r"^<(?:[A-Z][A-Z0-9_.-]{2,}|[A-Za-z][A-Za-z0-9]*(?:[ _-][A-Za-z0-9]+)+)>$",
    ),
    // Within a value; `(?<NAME>` and `(?P<NAME>` are groups of regular expressions.
    (
        "<NAME>",
        Reach::Line,
        &["<"],
        r"(?:^|[^?P0-9A-Za-z_\\])(<[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+>|<(?:PLACEHOLDER|CHANGEME|PASSWORD|TOKEN|REGION|DOMAIN)>)",
    ),
    (
        "<your-name>",
        Reach::Line,
        &["<your", "<insert", "<enter", "<replace", "<change"],
        r"(?i)<(?:your|insert|enter|replace|change)[ _-][a-z0-9 _-]+>",
    ),
    (
        "__NAME__",
        Reach::Line,
        &["__"],
        r"(?:^|[^0-9A-Za-z_])(__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*__)(?:$|[^0-9A-Za-z_])",
    ),
    ("%NAME%", Reach::Line, &["%"], "^%[A-Z][A-Z0-9_]*%$"),
    (
        "change-me",
        Reach::Line,
        &CHANGE_ME,
        r"(?i)(?:^|[^a-z0-9_])(_*(?:change|replace)[_-]?me_*)(?:$|[^a-z0-9_])",
    ),
    (
        "_CHANGE_ME_",
        Reach::Text,
        &["change_me", "replace_me", "__"],
        r"(?:^|[^A-Za-z0-9_])(_*(?:CHANGE|REPLACE)_ME_*|_{2,}(?i:place_?holder)_{2,})(?:$|[^A-Za-z0-9_])",
    ),
];

/// Names between `%` or `__` that are no stand-ins: what Envoy fills in for each request, and what compilers know.
const KNOWN_NAMES: [&str; 14] = [
    "%BYTES_",
    "%CONNECTION_",
    "%DOWNSTREAM_",
    "%DURATION",
    "%GRPC_",
    "%HOSTNAME%",
    "%PROTOCOL%",
    "%REQUEST",
    "%RESPONSE",
    "%ROUTE_NAME%",
    "%START_TIME%",
    "%UPSTREAM_",
    "__FILE__",
    "__LINE__",
];

impl Default for Placeholders {
    fn default() -> Self {
        static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
            let pattern = |(name, reach, literals, regex): DefaultPattern| {
                // A test builds each, so none is left out in a binary that passed its tests.
                let regex: Box<dyn FnOnce() -> Option<Regex> + Send> =
                    Box::new(move || Regex::new(regex).ok());
                Pattern {
                    name: name.to_owned(),
                    regex: Arc::new(LazyLock::new(regex)),
                    reach,
                    literals,
                }
            };
            DEFAULT.into_iter().map(pattern).collect()
        });
        Self {
            patterns: PATTERNS.clone(),
        }
    }
}

impl Placeholders {
    /// Looks for a further pattern too, everywhere. Its first group, if it has one, is the stand-in.
    ///
    /// # Errors
    ///
    /// What is wrong with the regular expression.
    pub fn add(&mut self, pattern: &str) -> Result<(), String> {
        let regex = Regex::new(pattern).map_err(|error| {
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default();
            format!(
                "`{pattern}` is no regular expression: {}",
                why.trim_start_matches("error: ")
            )
        })?;
        if regex.is_match("") {
            return Err(format!(
                "`{pattern}` matches the empty text, and so every value"
            ));
        }
        self.patterns.push(Pattern {
            name: pattern.to_owned(),
            regex: Arc::new(LazyLock::new(Box::new(|| Some(regex)))),
            reach: Reach::Text,
            literals: &[],
        });
        Ok(())
    }

    /// The stand-ins in a string of the envelope, in order, each once.
    #[must_use]
    pub fn in_envelope(&self, text: &str) -> Vec<Found> {
        self.find(text, Reach::Envelope)
    }

    /// The stand-ins in a value, in order, each once.
    #[must_use]
    pub fn in_value(&self, text: &str) -> Vec<Found> {
        let is_line = !text.trim_end().contains('\n');
        self.find(text, if is_line { Reach::Line } else { Reach::Text })
    }

    /// What was found, with the name of its pattern.
    #[must_use]
    pub fn named(&self, found: Found) -> Placeholder<'_> {
        let pattern = self.patterns.get(found.pattern);
        Placeholder {
            range: found.range,
            pattern: pattern.map_or("", |pattern| &pattern.name),
        }
    }

    /// Whether every stand-in of a value has a mark, or a word such as `CHANGE_ME`. Those of patterns that were added may not.
    #[must_use]
    pub fn have_signs(&self) -> bool {
        self.patterns.len() == DEFAULT.len()
    }

    fn patterns_at(&self, place: Reach) -> impl Iterator<Item = (usize, &Pattern)> {
        let patterns = self.patterns.iter().enumerate();
        patterns.filter(move |(_, pattern)| pattern.reach >= place)
    }

    fn find(&self, text: &str, place: Reach) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        if self.have_signs() && !has_sign(text) {
            return found;
        }
        let lower = LazyCell::new(|| text.to_ascii_lowercase());
        for (number, pattern) in self.patterns_at(place) {
            let mut literals = pattern.literals.iter();
            if !pattern.literals.is_empty() && !literals.any(|literal| lower.contains(literal)) {
                continue;
            }
            let Some(regex) = pattern.regex.as_ref().as_ref() else {
                continue;
            };
            if !regex.is_match(text) {
                continue;
            }
            for captures in regex.captures_iter(text) {
                let Some(part) = captures.get(1).or_else(|| captures.get(0)) else {
                    continue;
                };
                found.push(Found {
                    range: TextRange::new(part.start(), part.end()),
                    pattern: number,
                });
            }
        }
        if found.is_empty() {
            return found;
        }
        found.sort_by_key(|placeholder| placeholder.range);
        let templates = template_ranges(text);
        let mut comments = Comments::of(text);
        found.retain(|placeholder| {
            let start = placeholder.range.start();
            let shown = placeholder.range.of(text);
            let next = templates.partition_point(|template| template.end <= start);
            let template = templates.get(next);
            !KNOWN_NAMES.iter().any(|known| shown.starts_with(known))
                && template.is_none_or(|template| start < template.start)
                && !comments.has(start)
        });
        let mut end = 0;
        found.retain(|placeholder| {
            let is_free = placeholder.range.start() >= end;
            if is_free {
                end = placeholder.range.end();
            }
            is_free
        });
        found
    }
}

/// Whether a text has something that every stand-in has, see [`DEFAULT`]. Faster than a search for the short texts that
/// most strings are.
fn has_sign(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'<' | b'%' => true,
        b'$' => bytes.get(at + 1) == Some(&b'{'),
        b'_' => {
            let next = bytes.get(at + 1..at + 3);
            matches!(next, Some([b'_', first]) if begins_name(*first))
        }
        // `changeme`, `REPLACE_ME`.
        b'm' | b'M' => {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            matches!(before, Some(b'e' | b'E' | b'_' | b'-'))
                && matches!(bytes.get(at + 1), Some(b'e' | b'E'))
        }
        _ => false,
    })
}

/// Whether a byte behind `__` may begin a name in capitals or the word "placeholder". Nearly every export has the label
/// `spectro__tag`.
fn begins_name(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'p'
}

/// Where [`parts_of_words`] stand in the words that ask to be replaced.
const PART: usize = 3;

/// What stands in the middle of the words that ask to be replaced, in small letters and capitals: rarer than what they begin
/// with.
pub(crate) fn parts_of_words() -> impl Iterator<Item = String> {
    let written = |word: &str, capitals: u8| -> String {
        let letters = word.chars().enumerate();
        let letters = letters.map(|(at, letter)| match capitals >> at & 1 {
            0 => letter,
            _ => letter.to_ascii_uppercase(),
        });
        letters.collect()
    };
    (0..8).flat_map(move |capitals| ["nge", "lac"].map(|part| written(part, capitals)))
}

/// Whether one of [`parts_of_words`] is a part of such a word.
pub(crate) fn is_part_of_word(text: &[u8], at: usize) -> bool {
    let word = at.checked_sub(PART).and_then(|from| text.get(from..));
    let begins_with = |there: &[u8], word: &str| {
        let there = there.get(..word.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(word.as_bytes()))
    };
    word.is_some_and(|there| CHANGE_ME.iter().any(|word| begins_with(there, word)))
}

/// Whether a `<`, `%` or `_` may be one of a stand-in of a value. Of more than two underscores the last two are, which tells
/// without a look at all of them.
pub(crate) fn is_mark(text: &[u8], at: usize) -> bool {
    match text.get(at..) {
        Some([b'_', b'_', first, ..]) => begins_name(*first),
        Some([b'_', ..]) | None => false,
        Some(_) => true,
    }
}

/// The lines of a text that are comments in most languages. A line may hold as many stand-ins as it has room for, and is
/// looked at once.
struct Comments<'t> {
    text: &'t str,
    /// The byte that was asked for last.
    last: usize,
    /// What the line of that byte begins with.
    mark: Option<TextRange>,
}

impl<'t> Comments<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            last: 0,
            mark: comment_mark(text, 0),
        }
    }

    /// Whether a byte is behind the mark of a comment; the bytes that are asked for go up.
    fn has(&mut self, at: usize) -> bool {
        let between = TextRange::new(self.last, at).bytes_of(self.text);
        if let Some(line_end) = memchr::memrchr(b'\n', between) {
            self.mark = comment_mark(self.text, self.last + line_end + 1);
        }
        self.last = at;
        self.mark.is_some_and(|mark| mark.end() <= at)
    }
}

/// The mark of a comment that the line at a byte begins with.
fn comment_mark(text: &str, line: usize) -> Option<TextRange> {
    let rest = text.get(line..)?;
    let behind_spaces = rest.trim_start();
    let mut marks = ["#", ";", "//"].into_iter();
    let mark = marks.find(|mark| behind_spaces.starts_with(mark))?;
    let start = line + rest.len() - behind_spaces.len();
    Some(TextRange::new(start, start + mark.len()))
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, Placeholders, has_sign};
    use crate::signs;

    fn in_value(text: &str) -> Vec<&str> {
        let placeholders = Placeholders::default();
        let found = placeholders.in_value(text);
        let is_sign = !signs::search(text).is_empty();
        assert!(found.is_empty() || is_sign && has_sign(text), "{text}");
        found.iter().map(|found| found.range.of(text)).collect()
    }

    #[test]
    fn every_pattern_is_a_regular_expression() {
        let patterns = Placeholders::default().patterns;
        let made = patterns.iter().filter(|pattern| pattern.regex.is_some());
        assert_eq!(made.count(), DEFAULT.len());
    }

    #[test]
    fn stand_ins_are_found_where_they_stand() {
        for (text, found) in [
            ("<PLACEHOLDER>", &["<PLACEHOLDER>"][..]),
            (
                "<AWS_ACCOUNT_ID>.dkr.ecr.<AWS_REGION>.example",
                &["<AWS_ACCOUNT_ID>", "<AWS_REGION>"],
            ),
            ("<cluster-ID>", &["<cluster-ID>"]),
            (
                "<Ceph auth key of the user>",
                &["<Ceph auth key of the user>"],
            ),
            ("https://<your-domain>/", &["<your-domain>"]),
            (
                "__NODE_ROLE_OR_PULL_SECRET__",
                &["__NODE_ROLE_OR_PULL_SECRET__"],
            ),
            ("é __X__ é", &["__X__"]),
            ("_CHANGE_ME_", &["_CHANGE_ME_"]),
            ("CHANGE_ME@customer.example", &["CHANGE_ME"]),
            ("changeme", &["changeme"]),
            ("_____place_holder_____", &["_____place_holder_____"]),
            ("%META_NAME%", &["%META_NAME%"]),
            ("a: 1\npassword: _CHANGE_ME_\n", &["_CHANGE_ME_"]),
        ] {
            assert_eq!(in_value(text), found, "{text}");
        }
    }

    #[test]
    fn what_only_resembles_them_is_left_alone() {
        for text in [
            "${REPO_URL}",
            "$(NODE_NAME)",
            "<none>",
            "<br>",
            "<div>text</div>",
            r"(?P<HOST_NAME>\S+) (?<LOG_TIME>\d+)",
            "{{ default \"CHANGE_ME\" .Values.x }}",
            "{{ .Values.__NAME__ }}",
            "__address__",
            "__meta_kubernetes_pod_name__",
            "__FILE__",
            "%DOWNSTREAM_REMOTE_ADDRESS%",
            "[%START_TIME%] %REQ(:METHOD)%",
            "%d of %s",
            "placeholder",
            "a placeholder pod",
            "exchange-member",
            "unchangeme2",
            "usage: tool <SOME_FILE>\nmore\n",
            "# password: _CHANGE_ME_\n# x\n",
            "set -e\n# replace _CHANGE_ME_ first\n",
        ] {
            assert!(in_value(text).is_empty(), "{text}: {:?}", in_value(text));
        }
    }

    #[test]
    fn each_of_many_stand_ins_is_held_against_its_own_line() {
        for (text, found) in [
            ("a CHANGE_ME # CHANGE_ME\n", 2),
            ("# CHANGE_ME CHANGE_ME\n\n  \n b CHANGE_ME\n", 1),
            ("CHANGE_ME\n\t // CHANGE_ME CHANGE_ME\n; CHANGE_ME", 1),
            ("{{ CHANGE_ME CHANGE_ME }}\n/ CHANGE_ME {{ x }}", 1),
            (
                "CHANGE_ME {{ CHANGE_ME }} CHANGE_ME\n{{ x }} CHANGE_ME {{ x }}",
                3,
            ),
        ] {
            assert_eq!(in_value(text), vec!["CHANGE_ME"; found], "{text}");
        }
    }

    #[test]
    fn shell_variables_are_stand_ins_in_the_envelope_only() {
        let placeholders = Placeholders::default();
        assert_eq!(placeholders.in_envelope("${REPO_URL}").len(), 1);
        assert_eq!(placeholders.in_value("${REPO_URL}"), []);
    }
}
