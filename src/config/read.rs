//! Reading the file: every mistake in it is told, each with its place.

use std::{ops::Range, path::PathBuf, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Config, IgnoreEntry, Located, options};
use crate::{
    date::Date,
    destination::FaultKind,
    finding::{Finding, Group, Level, Place},
    ignore::{Ignore, PathPattern, Spot},
    rules,
    source::{Source, TextRange, shown_path},
    suggest,
    syntax::escape_pointer_token,
};

/// The keys of the file.
const KEYS: [&str; 5] = ["exclude", "fail-on", "ignore", "rules", "to"];

/// The keys of an entry of `[[ignore]]`.
const IGNORE_KEYS: [&str; 5] = ["expires", "path", "reason", "rule", "where"];

/// What a key of `[rules]` and the key `level` may say.
const LEVELS: &str = "`off`, `info`, `warning` or `error`";

/// Reads a text, as far as it can be read, and tells what is wrong with it.
pub(super) fn read(source: &Source, folder: PathBuf) -> (Config, Vec<Finding>) {
    let mut reader = Reader {
        source,
        faults: Vec::new(),
        config: Config {
            name: Some(source.name().to_string()),
            folder,
            ..Config::default()
        },
    };
    if let Some(at) = source.invalid_utf8_at() {
        reader.fault(FaultKind::Syntax, at..at, "", "expected UTF-8".to_owned());
        return (reader.config, reader.faults);
    }
    let (root, errors) = DeTable::parse_recoverable(source.text());
    let mut last_line = 0;
    for error in &errors {
        let span = error.span().unwrap_or_default();
        let line = source.lines().position(source.text(), span.start).line;
        // The first mistake of a line often makes others of the rest of it.
        if std::mem::replace(&mut last_line, line) == line {
            continue;
        }
        let message = error.message().lines().collect::<Vec<_>>().join(": ");
        reader.fault(FaultKind::Syntax, span, "", message);
    }
    // What was read of a file with syntax errors is partly a guess, and so would be what is said of it.
    if errors.is_empty() {
        reader.root(root.get_ref());
    }
    (reader.config, reader.faults)
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'s> {
    source: &'s Source,
    faults: Vec<Finding>,
    config: Config,
}

impl Reader<'_> {
    fn place(&self, span: Range<usize>, pointer: &str) -> Place {
        let (text, lines) = (self.source.text(), self.source.lines());
        Place {
            file: Arc::clone(self.source.name()),
            range: TextRange::new(span.start, span.end),
            start: lines.position(text, span.start),
            end: lines.position(text, span.end),
            document: 0,
            pointer: pointer.to_owned(),
            inner: None,
        }
    }

    fn fault(
        &mut self,
        kind: FaultKind,
        span: Range<usize>,
        pointer: &str,
        message: String,
    ) -> &mut Finding {
        let place = self.place(span, pointer);
        let finding = Finding::new(rules::for_destination_fault(kind), place, message);
        let finding = self.faults.push_mut(finding);
        finding.level(Level::Error)
    }

    fn wrong(&mut self, span: Range<usize>, pointer: &str, message: String) -> &mut Finding {
        self.fault(FaultKind::Schema, span, pointer, message)
    }

    fn located<T>(&self, value: T, span: Range<usize>) -> Located<T> {
        let start = self.source.lines().position(self.source.text(), span.start);
        Located {
            value,
            line: start.line,
        }
    }

    fn unknown_key(&mut self, span: Range<usize>, pointer: &str, key: &str, known: &[&str]) {
        let message = format!("unknown key `{key}`");
        let near = suggest::field(key, known.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", suggest::list(known)),
        };
        self.fault(FaultKind::UnknownField, span, pointer, message)
            .help(help);
    }

    fn wrong_type(&mut self, value: &Value<'_>, pointer: &str, expected: &str) {
        let found = value.get_ref().type_str();
        self.wrong(
            value.span(),
            pointer,
            format!("expected {expected}, found {}", with_article(found)),
        );
    }

    fn string<'v>(&mut self, value: &'v Value<'_>, pointer: &str, what: &str) -> Option<&'v str> {
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                self.wrong(
                    value.span(),
                    pointer,
                    format!("expected {what}, found an empty string"),
                );
                None
            }
            Some(text) => Some(text),
            None => {
                self.wrong_type(value, pointer, what);
                None
            }
        }
    }

    /// The texts of a list, with where they stand; a text alone counts as a list of one.
    fn strings<'v>(
        &mut self,
        value: &'v Value<'_>,
        pointer: &str,
        what: &str,
    ) -> Vec<(&'v str, Range<usize>)> {
        let Some(items) = value.get_ref().as_array() else {
            let text = self.string(value, pointer, &format!("an array of {what}s"));
            return text.map(|text| (text, value.span())).into_iter().collect();
        };
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let text = self.string(item, &pointer, &format!("a {what}"));
            texts.extend(text.map(|text| (text, item.span())));
        }
        texts
    }

    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            let pointer = format!("/{}", escape_pointer_token(name));
            match name {
                "exclude" => {
                    for (text, span) in self.strings(value, &pointer, "pattern") {
                        if let Some(pattern) = self.pattern(text, span.clone(), &pointer) {
                            let pattern = self.located(pattern, span);
                            self.config.exclude.push(pattern);
                        }
                    }
                }
                "to" => {
                    let folder = self.config.name.as_deref().unwrap_or_default();
                    let folder = PathBuf::from(folder);
                    let folder = folder.parent().map(PathBuf::from).unwrap_or_default();
                    for (text, span) in self.strings(value, &pointer, "folder") {
                        let path = PathBuf::from(shown_path(&folder.join(text)));
                        let path = self.located(path, span);
                        self.config.destinations.push(path);
                    }
                }
                "fail-on" => self.fail_on(value, &pointer),
                "rules" => self.rules(value, &pointer),
                "ignore" => self.ignores(value, &pointer),
                _ => self.unknown_key(key.span(), &pointer, name, &KEYS),
            }
        }
    }

    fn pattern(&mut self, text: &str, span: Range<usize>, pointer: &str) -> Option<PathPattern> {
        match PathPattern::new(text) {
            Ok(pattern) => Some(pattern),
            Err(message) => {
                self.wrong(span, pointer, message);
                None
            }
        }
    }

    fn fail_on(&mut self, value: &Value<'_>, pointer: &str) {
        let expected = "`error`, `warning`, `info` or `never`";
        let Some(text) = self.string(value, pointer, expected) else {
            return;
        };
        let level = match text {
            "never" => None,
            text => match Level::named(text) {
                Some(level) => Some(level),
                None => {
                    let message = format!("expected {expected}, found `{text}`");
                    self.wrong(value.span(), pointer, message);
                    return;
                }
            },
        };
        self.config.fail_on = Some(self.located(level, value.span()));
    }

    fn rules(&mut self, value: &Value<'_>, pointer: &str) {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(value, pointer, "a table");
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let pointer = format!("{pointer}/{}", escape_pointer_token(name));
            if rules::named(name).is_none() && Group::named(name).is_none() {
                self.unknown_rule(key.span(), &pointer, name, "rule or group");
                continue;
            }
            match value.get_ref().as_table() {
                Some(table) => self.rule_table(name, table, &pointer),
                None => self.level(name, value, &pointer),
            }
        }
    }

    fn unknown_rule(&mut self, span: Range<usize>, pointer: &str, name: &str, what: &str) {
        let groups = Group::ALL.into_iter().map(Group::name);
        let groups = groups.filter(|_| what.ends_with("group"));
        let names = rules::ALL.iter().map(|rule| rule.meta().id).chain(groups);
        let near = suggest::closest(name, names);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`palette-knife rules` lists them".to_owned(),
        };
        self.wrong(span, pointer, format!("no {what} is called `{name}`"))
            .help(help);
    }

    fn level(&mut self, name: &str, value: &Value<'_>, pointer: &str) {
        let Some(text) = self.string(value, pointer, LEVELS) else {
            return;
        };
        let level = match text {
            "off" => None,
            text => match Level::named(text) {
                Some(level) => Some(level),
                None => {
                    let message = format!("expected {LEVELS}, found `{text}`");
                    self.wrong(value.span(), pointer, message);
                    return;
                }
            },
        };
        let level = self.located(level, value.span());
        self.config.levels.push((name.to_owned(), level));
    }

    /// A rule with its level and its options.
    fn rule_table(&mut self, rule: &str, table: &DeTable<'_>, pointer: &str) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let pointer = format!("{pointer}/{}", escape_pointer_token(name));
            if name == "level" {
                self.level(rule, value, &pointer);
                continue;
            }
            let Some(option) = options::of_rule(rule).find(|option| option.name == name) else {
                let known: Vec<&str> = std::iter::once("level")
                    .chain(options::of_rule(rule).map(|option| option.name))
                    .collect();
                self.unknown_key(key.span(), &pointer, name, &known);
                continue;
            };
            let texts = self.strings(value, &pointer, "text");
            let texts: Vec<String> = texts.iter().map(|(text, _)| (*text).to_owned()).collect();
            // Whether each is allowed is asked on settings of their own, so that none is applied twice.
            if let Err(message) = (option.set)(&mut crate::settings::Settings::default(), &texts) {
                self.wrong(value.span(), &pointer, message);
            } else {
                let texts = self.located(texts, value.span());
                self.config.options.push((option, texts));
            }
        }
    }

    fn ignores(&mut self, value: &Value<'_>, pointer: &str) {
        let Some(entries) = value.get_ref().as_array() else {
            self.wrong_type(value, pointer, "entries `[[ignore]]`");
            return;
        };
        for (index, entry) in entries.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            match entry.get_ref().as_table() {
                Some(table) => self.ignore(entry.span(), table, &pointer),
                None => self.wrong_type(entry, &pointer, "a table"),
            }
        }
    }

    fn ignore(&mut self, span: Range<usize>, table: &DeTable<'_>, pointer: &str) {
        let faults = self.faults.len();
        let (mut rule, mut path, mut spot, mut expires) = (None, None, None, None);
        let mut reason = None;
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let pointer = format!("{pointer}/{}", escape_pointer_token(name));
            match name {
                "rule" => {
                    if let Some(text) = self.string(value, &pointer, "the name of a rule") {
                        match rules::named(text) {
                            Some(known) => rule = Some((known.meta(), value.span())),
                            None => self.unknown_rule(value.span(), &pointer, text, "rule"),
                        }
                    }
                }
                "path" => {
                    if let Some(text) = self.string(value, &pointer, "a pattern of files") {
                        path = self.pattern(text, value.span(), &pointer);
                    }
                }
                "where" => {
                    let what = "a JSON Pointer, a pack, or `pack:/pointer`";
                    spot = self.string(value, &pointer, what).map(Spot::read);
                }
                "reason" => {
                    if let Some(text) = self.string(value, &pointer, "a reason in words") {
                        reason = Some(text.trim().to_owned());
                    }
                }
                "expires" => expires = self.day(value, &pointer),
                _ => self.unknown_key(key.span(), &pointer, name, &IGNORE_KEYS),
            }
        }
        for required in ["rule", "reason"] {
            if !table.keys().any(|key| key.get_ref() == required) {
                self.wrong(
                    span.clone(),
                    pointer,
                    format!("the entry has no `{required}`"),
                );
            }
        }
        if let Some((rule, at)) = rule
            && let Some(reason) = reason
            && self.faults.len() == faults
        {
            self.config.ignores.push(IgnoreEntry {
                ignore: Ignore {
                    rule,
                    path,
                    spot,
                    place: self.place(at, pointer),
                    expired: None,
                },
                reason,
                expires,
            });
        }
    }

    /// A day, as TOML writes it or as a string.
    fn day(&mut self, value: &Value<'_>, pointer: &str) -> Option<(Date, Place)> {
        let text = match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Datetime(day) => Some(day.to_string()),
            _ => None,
        };
        let Some(text) = text else {
            self.wrong_type(value, pointer, "a day such as 2027-01-31");
            return None;
        };
        match text.parse() {
            Ok(day) => Some((day, self.place(value.span(), pointer))),
            Err(_) => {
                let message = format!("expected a day such as 2027-01-31, found `{text}`");
                self.wrong(value.span(), pointer, message);
                None
            }
        }
    }
}

fn with_article(what: &str) -> String {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {what}")
}
