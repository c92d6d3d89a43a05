//! Templates of formats: `${number:[1-9]}`, `${string}/${string}:${version}`.
//!
//! What the types accept is told in the Palette documentation, "Pack Constraints", in a sentence each. Where it leaves
//! room, as much is accepted here as can be meant: scalars by their text, so that a number may stand in quotes and a
//! string may look like a number; versions with a `v` or with one number; regular expressions anywhere in the text
//! unless they are anchored.

use std::{
    net::Ipv4Addr,
    sync::{LazyLock, OnceLock},
};

use regex::Regex;

use crate::{suggest, syntax::Kind};

/// The form that a value must have.
#[derive(Debug, Clone)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
    /// The template as a regular expression, made when first asked; `None` where it is none.
    whole: OnceLock<Option<Regex>>,
}

#[derive(Debug, Clone)]
enum Part {
    Literal(String),
    Atom(Atom),
}

/// One `${…}`.
#[derive(Debug, Clone)]
struct Atom {
    kind: AtomKind,
    /// The regular expression in RE2 syntax, without its slashes.
    pattern: Option<String>,
    /// The same, ready to be used; `None` where it is none.
    compiled: OnceLock<Option<Regex>>,
}

#[derive(Debug, Clone)]
enum AtomKind {
    String,
    Password,
    Number(Option<(f64, f64)>),
    Boolean,
    List(Vec<String>),
    Ipv4,
    Version,
    /// A type that is not documented: `${input}` occurs.
    Unknown,
}

impl Template {
    /// Reads a template. Nothing is wrong with any text: what is no `${…}` is literal.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once("${") {
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            let (inside, after) = split_atom(after);
            parts.push(Part::Atom(Atom::parse(inside)));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Self::of_parts(text.to_owned(), parts)
    }

    /// The template of a rule that names its type (`v1PackSchema` of the Palette API).
    #[must_use]
    pub fn of_type(name: &str, pattern: &str, options: Vec<String>) -> Self {
        let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
        let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
        let kind = match AtomKind::named(name) {
            AtomKind::List(_) => AtomKind::List(options),
            kind => kind,
        };
        let pattern = Some(pattern.to_owned()).filter(|pattern| !pattern.is_empty());
        let atom = Atom {
            kind,
            pattern,
            compiled: OnceLock::new(),
        };
        Self::of_parts(format!("${{{name}}}"), vec![Part::Atom(atom)])
    }

    fn of_parts(text: String, parts: Vec<Part>) -> Self {
        Self {
            text,
            parts,
            whole: OnceLock::new(),
        }
    }

    /// The template as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether its values are secrets.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.atoms()
            .any(|atom| matches!(atom.kind, AtomKind::Password))
    }

    /// Whether any text fits, and perhaps what is no text too.
    #[must_use]
    pub fn is_free(&self) -> bool {
        match self.parts.as_slice() {
            [] => true,
            [Part::Atom(atom)] => atom.is_free(),
            _ => false,
        }
    }

    /// The values that can be chosen, where it is a list of them.
    #[must_use]
    pub fn options(&self) -> &[String] {
        match self.parts.as_slice() {
            [Part::Atom(atom)] => atom.options(),
            _ => &[],
        }
    }

    /// Whether a scalar with this text and kind fits.
    #[must_use]
    pub fn fits(&self, text: &str, kind: Kind) -> bool {
        if self.is_free() {
            return true;
        }
        match self.parts.as_slice() {
            [Part::Atom(atom)] => atom.fits(text.trim(), kind),
            _ => self.fits_whole(text),
        }
    }

    /// What would fit, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        match self.parts.as_slice() {
            [Part::Atom(atom)] => atom.expected(),
            _ => format!("a text of the form `{}`", self.text),
        }
    }

    fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Atom(atom) => Some(atom),
        })
    }

    fn fits_whole(&self, text: &str) -> bool {
        let Some(whole) = self.whole.get_or_init(|| Regex::new(&self.pattern()).ok()) else {
            return true;
        };
        let Some(captures) = whole.captures(text) else {
            return false;
        };
        self.atoms().enumerate().all(|(index, atom)| {
            let part = captures.name(&group(index));
            part.is_none_or(|part| atom.is_in_bounds(part.as_str()))
        })
    }

    /// The template as a regular expression, with a group for each of its atoms.
    fn pattern(&self) -> String {
        let mut pattern = String::from("^");
        let mut atoms = 0;
        for part in &self.parts {
            match part {
                Part::Literal(text) => pattern.push_str(&regex::escape(text)),
                Part::Atom(atom) => {
                    let inside = atom.inner_pattern();
                    pattern.push_str(&format!("(?P<{}>{inside})", group(atoms)));
                    atoms += 1;
                }
            }
        }
        pattern + "$"
    }
}

/// The name of the group of an atom, which no author of a pattern is likely to choose.
fn group(index: usize) -> String {
    format!("palette_atom_{index}")
}

/// What stands between `${` and its `}`, and what follows. A regular expression may have braces of its own.
fn split_atom(text: &str) -> (&str, &str) {
    let name_end = text.find([':', '}']).unwrap_or(text.len());
    let argument = text.get(name_end..).unwrap_or_default();
    let end = match argument.trim_start_matches(':').trim_start().chars().next() {
        Some('/') => argument.find("/}").map(|at| at + 1),
        Some('[') => argument.find("]}").map(|at| at + 1),
        _ => None,
    };
    let end = end.or_else(|| argument.find('}')).map(|at| name_end + at);
    match end {
        Some(end) => (
            text.get(..end).unwrap_or_default(),
            text.get(end + 1..).unwrap_or_default(),
        ),
        None => (text, ""),
    }
}

impl AtomKind {
    fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "string" => Self::String,
            "password" => Self::Password,
            "number" => Self::Number(None),
            "boolean" | "bool" => Self::Boolean,
            "list" => Self::List(Vec::new()),
            "ipv4" => Self::Ipv4,
            "version" => Self::Version,
            _ => Self::Unknown,
        }
    }
}

impl Atom {
    fn parse(inside: &str) -> Self {
        let (name, argument) = inside.split_once(':').unwrap_or((inside, ""));
        let between = |open: char, close: char| {
            let argument = argument.trim();
            argument.strip_prefix(open)?.strip_suffix(close)
        };
        let bracketed = between('[', ']');
        let kind = match (AtomKind::named(name.trim()), bracketed) {
            (AtomKind::Number(_), Some(range)) => AtomKind::Number(number_range(range)),
            (AtomKind::List(_), Some(options)) => AtomKind::List(
                options
                    .split(',')
                    .map(|option| option.trim().trim_matches(['"', '\'']).to_owned())
                    .filter(|option| !option.is_empty())
                    .collect(),
            ),
            (kind, _) => kind,
        };
        Self {
            kind,
            pattern: between('/', '/').map(str::to_owned),
            compiled: OnceLock::new(),
        }
    }

    fn is_free(&self) -> bool {
        match &self.kind {
            AtomKind::String | AtomKind::Password => self.pattern.is_none(),
            AtomKind::List(options) => options.is_empty(),
            AtomKind::Unknown => true,
            AtomKind::Number(_) | AtomKind::Boolean | AtomKind::Ipv4 | AtomKind::Version => false,
        }
    }

    fn options(&self) -> &[String] {
        match &self.kind {
            AtomKind::List(options) => options,
            _ => &[],
        }
    }

    fn fits(&self, text: &str, kind: Kind) -> bool {
        let fits = match &self.kind {
            AtomKind::String | AtomKind::Password | AtomKind::Unknown => true,
            AtomKind::Number(_) => {
                (kind == Kind::Number || number(text).is_some()) && self.is_in_bounds(text)
            }
            AtomKind::Boolean => {
                kind == Kind::Bool
                    || ["true", "false"]
                        .iter()
                        .any(|word| text.eq_ignore_ascii_case(word))
            }
            AtomKind::List(options) => options.iter().any(|option| option == text),
            AtomKind::Ipv4 => self.is_in_bounds(text),
            AtomKind::Version => WHOLE_VERSION
                .as_ref()
                .is_none_or(|version| version.is_match(text)),
        };
        fits && self.fits_pattern(text)
    }

    fn fits_pattern(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else {
            return true;
        };
        // RE2 has a few notations that are none here: then nothing is known.
        let compiled = self.compiled.get_or_init(|| Regex::new(pattern).ok());
        compiled
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(text))
    }

    /// What a regular expression does not tell of its texts.
    fn is_in_bounds(&self, text: &str) -> bool {
        match &self.kind {
            AtomKind::Number(Some((from, to))) => {
                // Numbers that are written in another base are not compared.
                number(text).is_none_or(|number| (*from..=*to).contains(&number))
            }
            AtomKind::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            _ => true,
        }
    }

    /// The texts that fit, as a part of a regular expression.
    fn inner_pattern(&self) -> String {
        if let Some(pattern) = &self.pattern {
            return unanchored(pattern);
        }
        match &self.kind {
            AtomKind::String | AtomKind::Password | AtomKind::Unknown => "(?s:.*)".to_owned(),
            AtomKind::Number(_) => r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?".to_owned(),
            AtomKind::Boolean => "(?i:true|false)".to_owned(),
            AtomKind::List(options) if options.is_empty() => "(?s:.*)".to_owned(),
            AtomKind::List(options) => {
                let options: Vec<String> =
                    options.iter().map(|option| regex::escape(option)).collect();
                options.join("|")
            }
            AtomKind::Ipv4 => r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}".to_owned(),
            AtomKind::Version => VERSION.to_owned(),
        }
    }

    fn expected(&self) -> String {
        let what = match &self.kind {
            AtomKind::String | AtomKind::Password | AtomKind::Unknown => "a text".to_owned(),
            AtomKind::Number(None) => "a number".to_owned(),
            AtomKind::Number(Some((from, to))) => format!("a number from {from} to {to}"),
            AtomKind::Boolean => "`true` or `false`".to_owned(),
            AtomKind::List(options) => match options.as_slice() {
                [only] => format!("`{only}`"),
                several => format!("one of {}", suggest::list(several)),
            },
            AtomKind::Ipv4 => "an IPv4 address".to_owned(),
            AtomKind::Version => "a version".to_owned(),
        };
        match &self.pattern {
            Some(pattern) => format!("{what} that matches `{pattern}`"),
            None => what,
        }
    }
}

/// A version: semantic by the documentation, but versions of images have fewer or more numbers.
const VERSION: &str = r"v?[0-9]+(?:\.[0-9]+){0,3}(?:[-+][0-9A-Za-z.+_-]*)?";

static WHOLE_VERSION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!("^(?:{VERSION})$")).ok());

/// A pattern as a part of another one. Where it is not anchored, other text may stand around it.
fn unanchored(pattern: &str) -> String {
    // An anchor belongs to one of several alternatives only, so those are not told apart here.
    if pattern.contains('|') || Regex::new(pattern).is_err() {
        return "(?s:.*)".to_owned();
    }
    let (before, inner) = match pattern.strip_prefix('^') {
        Some(inner) => ("", inner),
        None => ("(?s:.*)", pattern),
    };
    let (inner, after) = match inner.strip_suffix('$') {
        Some(inner) if !inner.ends_with('\\') => (inner, ""),
        _ => (inner, "(?s:.*)"),
    };
    format!("{before}(?:{inner}){after}")
}

fn number(text: &str) -> Option<f64> {
    let looks_like_one = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let number = text.parse::<f64>().ok().filter(|_| looks_like_one)?;
    number.is_finite().then_some(number)
}

/// `5000-5005`, where either number may be negative.
fn number_range(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let dash = text.get(1..)?.find('-')? + 1;
    let (from, to) = text.split_at_checked(dash)?;
    let (from, to) = (number(from.trim())?, number(to.get(1..)?.trim())?);
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, text: &str) -> bool {
        Template::parse(template).fits(text, Kind::String)
    }

    #[test]
    fn types_accept_what_can_be_meant() {
        for (template, good, bad) in [
            ("${string}", &["", "8", "true"] as &[&str], &[] as &[&str]),
            ("${input}", &["anything"], &[]),
            ("${password}", &["x"], &[]),
            ("${password:/^[a-z]{3,}$/}", &["abc"], &["ab", "abc1"]),
            ("${string:/^([a-z0-9].*)$/}", &["a", "0-"], &["-a", ""]),
            (
                "${string:/size=\\d+/}",
                &["size=1", "a size=1 b"],
                &["size=s"],
            ),
            ("${string:/a{2}/}", &["aa"], &["a"]),
            (
                "${number}",
                &["8", " 8 ", "-1.5", "1e3"],
                &["eight", "inf", "", "8080/tcp"],
            ),
            (
                "${number:[5000-5005]}",
                &["5000", "5005"],
                &["4999", "5006", "x"],
            ),
            ("${number:[-5 - -1]}", &["-5", "-1"], &["0", "-6"]),
            ("${number:/^(500[0-5])$/}", &["5003"], &["5006"]),
            ("${boolean}", &["true", "False"], &["yes", "1"]),
            (
                "${list:[PACK, GIT,\"CHART\"]}",
                &["PACK", "GIT", "CHART"],
                &["git", "", "PACK,GIT"],
            ),
            ("${list:[]}", &["anything"], &[]),
            (
                "${ipv4}",
                &["10.0.0.1"],
                &["10.0.0.256", "10.0.0.0/16", "::1"],
            ),
            (
                "${version}",
                &["1.2.3", "v1.2.3-rc.1", "1.1"],
                &["latest", "1.2.x"],
            ),
            ("${ string }", &["x"], &[]),
        ] {
            for text in good {
                assert!(fits(template, text), "{template} should accept {text:?}");
            }
            for text in bad {
                assert!(!fits(template, text), "{template} should refuse {text:?}");
            }
        }
    }

    #[test]
    fn kinds_of_scalars_count() {
        assert!(Template::parse("${boolean}").fits("yes", Kind::Bool));
        assert!(Template::parse("${number}").fits("0x10", Kind::Number));
        assert!(Template::parse("${number:[1-2]}").fits("0x10", Kind::Number));
        assert!(!Template::parse("${number}").fits("0x10", Kind::String));
    }

    #[test]
    fn composed_templates_take_their_literals_as_they_are() {
        for (template, good, bad) in [
            (
                "${ipv4} - ${ipv4}",
                &["10.10.10.10 - 10.10.10.255"] as &[&str],
                &[
                    "10.10.10.10",
                    "10.10.10.10-10.10.10.255",
                    "10.10.10.10 - 10.10.10.256",
                ] as &[&str],
            ),
            (
                "${string}, ${string:/size=\\d+/}",
                &["type-zeroedthick, size=150", "a, size=1, b"],
                &["type-zeroedthick, size=s", "size=1"],
            ),
            (
                "${string}, ${string:/^size=(\\d+)$/}",
                &["thick, size=150"],
                &["thick, size=150 "],
            ),
            (
                "${string}/${string}:${version}",
                &[
                    "ghcr.io/halvard/hello:1.1.1",
                    "registry.example:5000/a/b:v2",
                    "a/b:1.0.0-proxy",
                ],
                &["hello:1.1.1", "a/b:latest", "a/b"],
            ),
            ("${number:[1-5]}%", &["5%"], &["6%", "5", "%"]),
            (
                "${list:[a.b,c]}/${boolean}",
                &["a.b/true", "c/false"],
                &["axb/true"],
            ),
            ("plain", &["plain"], &["other"]),
        ] {
            for text in good {
                assert!(fits(template, text), "{template} should accept {text:?}");
            }
            for text in bad {
                assert!(!fits(template, text), "{template} should refuse {text:?}");
            }
        }
    }

    #[test]
    fn what_is_no_template_stops_nobody() {
        for (template, text) in [
            ("${string", "x"),
            ("${", "x"),
            ("${string:/(/}", "x"),
            ("${string:/(?!x)/} ${string:/(/}", "a b"),
            ("${number:[5]}", "7"),
            ("${number:[9-1]}", "7"),
            ("${}", "x"),
            ("", "x"),
        ] {
            assert!(fits(template, text), "{template}");
        }
    }

    #[test]
    fn a_told_type_is_a_template() {
        let list = Template::of_type("list", "", vec!["gp2".to_owned(), "gp3".to_owned()]);
        assert!(list.fits("gp3", Kind::String));
        assert!(!list.fits("io1", Kind::String));
        assert_eq!(list.expected(), "one of `gp2`, `gp3`");
        assert!(Template::of_type("password", "", Vec::new()).is_secret());
        assert!(!Template::of_type("string", "/^a$/", Vec::new()).fits("b", Kind::String));
    }
}
