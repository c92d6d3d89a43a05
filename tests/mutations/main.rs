//! The defect of every rule, put into every fixture where it applies: that rule has to find it at exactly that place,
//! and nothing else may change but what the table tells.
//!
//! The tables are in the modules of the groups. A mutant is checked as JSON, with the bytes of the fixture around the
//! defect, and as YAML.

#[path = "../common/mod.rs"]
mod common;

mod constraints;
mod destination;
mod document;
mod fixture;
mod home;
mod mutant;
mod stack;
mod values;
mod variables;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::{Arc, LazyLock, Mutex},
};

use palette_knife::{
    check::{self, CheckOptions},
    destination::Destination,
    finding::Finding,
    rules,
    settings::Settings,
    source::Source,
    syntax::{json, write_yaml},
};
use rayon::prelude::*;
use serde_json::Value;

use fixture::Fixture;
use mutant::{At, Mutant, strip};

/// A defect that a rule has to find.
struct Mutation {
    rule: &'static str,
    /// What is done.
    what: &'static str,
    /// Every place where it applies, in one fixture.
    make: fn(&Fixture) -> Vec<Mutant<'_>>,
    /// Rules that rightly find something new as well, and why.
    also: &'static [(&'static str, &'static str)],
    /// Rules that rightly find less, and why.
    hides: &'static [(&'static str, &'static str)],
}

impl Mutation {
    const fn new(
        rule: &'static str,
        what: &'static str,
        make: fn(&Fixture) -> Vec<Mutant<'_>>,
    ) -> Self {
        Self {
            rule,
            what,
            make,
            also: &[],
            hides: &[],
        }
    }

    const fn also(mut self, also: &'static [(&'static str, &'static str)]) -> Self {
        self.also = also;
        self
    }

    const fn hides(mut self, hides: &'static [(&'static str, &'static str)]) -> Self {
        self.hides = hides;
        self
    }
}

fn table() -> Vec<Mutation> {
    let groups = [
        document::table(),
        stack::table(),
        values::table(),
        variables::table(),
        destination::table(),
        constraints::table(),
    ];
    groups.into_iter().flatten().collect()
}

/// Rules that no defect of a fixture profile is for, and why.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("duplicate-registry", FOLDER),
    ("empty-macro", FOLDER),
    ("overlapping-registries", FOLDER),
    ("unknown-preference", FOLDER),
    ("unread-file", FOLDER),
];

const FOLDER: &str = "it is about the folder of a destination, whatever profiles are checked";

/// How many places of one fixture a mutation is tried at: two, or as many as `MUTATION_PLACES` asks for.
static MOST_PLACES: LazyLock<usize> = LazyLock::new(|| {
    let asked = std::env::var("MUTATION_PLACES").ok();
    asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or(2)
        .max(2)
});

/// Some of many, from the first to the last.
fn some<T>(all: Vec<T>) -> Vec<T> {
    let count = all.len();
    let chosen: BTreeSet<usize> = (0..*MOST_PLACES)
        .map(|number| number * count.saturating_sub(1) / (*MOST_PLACES - 1))
        .collect();
    let numbered = all.into_iter().enumerate();
    numbered
        .filter(|(number, _)| chosen.contains(number))
        .map(|(_, one)| one)
        .collect()
}

const FILE: &str = "profile";

/// What is compared of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    rule: &'static str,
    destination: Option<String>,
    file: String,
    document: usize,
    pointer: String,
    inner: Option<(String, usize, String)>,
    text: String,
}

impl Seen {
    fn new(finding: &Finding, run: &Run) -> Self {
        let place = &finding.place;
        let text = match (&place.inner, &*place.file) {
            (Some(inner), _) => inner
                .range
                .of(run.embedded(&place.pointer, place.document))
                .to_owned(),
            (None, file) if file == run.name() => place.range.of(&run.text).to_owned(),
            (None, _) => String::new(),
        };
        let inner = place.inner.as_ref();
        Self {
            rule: finding.rule.id,
            destination: finding.destination.as_deref().map(str::to_owned),
            // Destinations that are made for a test lie in another folder each time.
            file: place.file.rsplit('/').next().unwrap_or_default().to_owned(),
            document: place.document,
            pointer: place.pointer.clone(),
            inner: inner.map(|inner| (inner.name.clone(), inner.document, inner.path.clone())),
            text,
        }
    }
}

/// One text that is checked.
struct Run {
    is_yaml: bool,
    text: String,
    /// What is read as JSON at the document that has the defect.
    value: Value,
    document: usize,
    /// All of the documents before it.
    before: Vec<Value>,
}

impl Run {
    fn name(&self) -> String {
        format!("{FILE}.{}", if self.is_yaml { "yaml" } else { "json" })
    }

    fn embedded(&self, pointer: &str, document: usize) -> &str {
        let value = if document == self.document {
            &self.value
        } else {
            &self.before[document]
        };
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("an embedded text")
    }

    fn check(
        &self,
        destination: &Arc<Destination>,
        settings: &Settings,
        before: Option<&str>,
    ) -> Vec<Finding> {
        let mut options = CheckOptions {
            settings: settings.clone(),
            ..CheckOptions::default()
        };
        for meta in rules::ALL
            .iter()
            .map(|rule| rule.meta())
            .filter(|meta| !meta.is_on)
        {
            options.settings.set_level(meta.id, Some(meta.level));
        }
        let destinations = [Arc::clone(destination)];
        let check = |name: &str, text: &str| {
            check::check_source(Source::new(name, text), true, &destinations, &options)
        };
        let mut outcomes = Vec::new();
        outcomes.extend(before.map(|text| check("earlier.json", text)));
        outcomes.push(check(&self.name(), &self.text));
        check::report(outcomes, &destinations, &options.settings).findings
    }
}

/// A text of JSON in the YAML that the library writes.
fn in_yaml(json: &str) -> Option<String> {
    let tree = json::parse(&json.into()).ok()?;
    let root = tree.documents().next()?;
    write_yaml(root).ok()
}

fn line_column(text: &str, byte: usize) -> (u32, u32) {
    // A byte order mark is no column.
    let before = text[..byte].trim_start_matches('\u{feff}');
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().expect("a line").chars().count() + 1;
    (line as u32, column as u32)
}

/// Where the finding has to be in one form of a mutant.
struct Expected {
    /// Bytes of the outer text, where they are known.
    range: Option<Range<usize>>,
    /// Bytes of the embedded text.
    inner: Option<Range<usize>>,
}

/// The forms of a mutant, each with where the finding has to be.
fn forms(mutant: &Mutant<'_>) -> Vec<(Run, Expected)> {
    let fixture = mutant.fixture;
    if let Some((marked, format)) = &mutant.raw {
        let (text, range) = strip(marked);
        let run = Run {
            is_yaml: *format == "yaml",
            text,
            value: fixture.value.clone(),
            document: 0,
            before: Vec::new(),
        };
        return vec![(run, Expected { range, inner: None })];
    }
    let marked = mutant.marked_json();
    let (json, range) = strip(&marked);
    let value: Value = serde_json::from_str(&json).expect("JSON");
    // The marks are still in the text when it is decoded.
    let inner = serde_json::from_str::<Value>(&marked)
        .ok()
        .and_then(|marked| {
            let text = marked.pointer(&mutant.target.pointer)?.as_str()?;
            let is_embedded = ["/values", "/content"]
                .iter()
                .any(|end| mutant.target.pointer.ends_with(end));
            strip(text).1.filter(|_| is_embedded)
        });
    let yaml = in_yaml(&json).expect("YAML");
    // Where the marks make it be written in another way, the bytes are not known.
    let yaml_range = in_yaml(&marked).and_then(|marked| {
        let (text, range) = strip(&marked);
        let before = fixture.yaml_before.len();
        range
            .filter(|_| text == yaml)
            .map(|range| before + range.start..before + range.end)
    });
    let before: Vec<Value> = Vec::new();
    let as_json = Run {
        is_yaml: false,
        text: json,
        value: value.clone(),
        document: 0,
        before,
    };
    let as_yaml = Run {
        is_yaml: true,
        text: format!("{}{yaml}", fixture.yaml_before),
        value,
        document: fixture.document,
        before: fixture.values_before.clone(),
    };
    vec![
        (
            as_json,
            Expected {
                range,
                inner: inner.clone(),
            },
        ),
        (
            as_yaml,
            Expected {
                range: yaml_range,
                inner,
            },
        ),
    ]
}

/// Compares what is found without and with the defect; tells what is wrong, and which other rules were heard of.
fn compare(
    mutation: &Mutation,
    mutant: &Mutant<'_>,
    run: &Run,
    expected: &Expected,
    without: &[Seen],
    found: &[Finding],
) -> (Vec<String>, Vec<(&'static str, &'static str)>) {
    let mut wrong = Vec::new();
    let mut heard = Vec::new();
    let mut gone: Vec<&Seen> = without.iter().collect();
    let mut own = Vec::new();
    for finding in found {
        let seen = Seen::new(finding, run);
        if let Some(at) = gone.iter().position(|other| **other == seen) {
            gone.swap_remove(at);
        } else if seen.rule == mutation.rule {
            own.push((finding, seen));
        } else if mutation.also.iter().any(|(rule, _)| *rule == seen.rule) {
            heard.push(("also", seen.rule));
        } else {
            wrong.push(format!("new: {}: {seen:?}", finding.message));
        }
    }
    for seen in gone {
        if mutation.hides.iter().any(|(rule, _)| *rule == seen.rule) {
            heard.push(("hides", seen.rule));
        } else {
            wrong.push(format!("gone: {seen:?}"));
        }
    }
    let [(finding, _)] = own.as_slice() else {
        let own: Vec<_> = own
            .iter()
            .map(|(finding, seen)| (&finding.message, seen))
            .collect();
        wrong.push(format!("{} findings of the rule: {own:?}", own.len()));
        return (wrong, heard);
    };
    let place = &finding.place;
    let mut compare = |what: &str, is: String, should: String| {
        if is != should {
            wrong.push(format!("{what}: {is}, not {should}: {}", finding.message));
        }
    };
    if mutant.config.is_some() && place.file.ends_with(".toml") {
        let (_, range) = strip(mutant.config.as_deref().unwrap_or_default());
        compare(
            "bytes",
            format!("{:?}", Some(place.range.range())),
            format!("{range:?}"),
        );
        return (wrong, heard);
    }
    compare("file", place.file.to_string(), run.name());
    compare(
        "document",
        place.document.to_string(),
        run.document.to_string(),
    );
    compare(
        "pointer",
        place.pointer.clone(),
        mutant.target.pointer.clone(),
    );
    if let Some(range) = &expected.range {
        compare(
            "bytes",
            format!("{:?}", place.range.range()),
            format!("{range:?}"),
        );
        for (what, is, byte) in [
            ("start", place.start, range.start),
            ("end", place.end, range.end),
        ] {
            let should = line_column(&run.text, byte);
            compare(
                what,
                format!("{:?}", (is.line, is.column)),
                format!("{should:?}"),
            );
        }
    }
    match (&place.inner, &expected.inner) {
        (Some(inner), Some(range)) => {
            let text = run.embedded(&place.pointer, place.document);
            compare("inner path", inner.path.clone(), mutant.target.path.clone());
            compare(
                "inner bytes",
                format!("{:?}", inner.range.range()),
                format!("{range:?}"),
            );
            for (what, is, byte) in [
                ("inner start", inner.start, range.start),
                ("inner end", inner.end, range.end),
            ] {
                let should = line_column(text, byte);
                compare(
                    what,
                    format!("{:?}", (is.line, is.column)),
                    format!("{should:?}"),
                );
            }
        }
        (inner, range) => compare(
            "is inside",
            inner.is_some().to_string(),
            range.is_some().to_string(),
        ),
    }
    (wrong, heard)
}

/// What is found without the defect, by fixture, format and destination.
type Baselines = Mutex<HashMap<(String, bool, String), Arc<Vec<Seen>>>>;

fn baseline(baselines: &Baselines, fixture: &Fixture, is_yaml: bool, at: &At) -> Arc<Vec<Seen>> {
    let identity = match at {
        At::Twin => String::new(),
        At::Home(without, _) => without.identity(),
    };
    let key = (fixture.name.clone(), is_yaml, identity);
    if let Some(known) = baselines.lock().expect("a lock").get(&key) {
        return Arc::clone(known);
    }
    let mutant = match at {
        At::Twin => fixture.mutant(),
        At::Home(without, _) => fixture.mutant().at(without.clone()),
    };
    let mut runs = forms(&mutant).into_iter().map(|(run, _)| run);
    let run = runs.find(|run| run.is_yaml == is_yaml).expect("a form");
    let found = with_destination(&mutant.at, |destination| {
        run.check(destination, &Settings::default(), None)
    });
    let seen: Vec<Seen> = found
        .iter()
        .map(|finding| Seen::new(finding, &run))
        .collect();
    let seen = Arc::new(seen);
    baselines
        .lock()
        .expect("a lock")
        .insert(key, Arc::clone(&seen));
    seen
}

fn with_destination<T>(at: &At, check: impl FnOnce(&Arc<Destination>) -> T) -> T {
    static TWIN: LazyLock<Arc<Destination>> = LazyLock::new(|| fixture::destination("twin"));
    match at {
        At::Twin => check(&TWIN),
        At::Home(_, with) => {
            let folder = tempfile::tempdir().expect("a folder");
            check(&with.load(folder.path()))
        }
    }
}

/// What came of one mutation.
#[derive(Default)]
struct Outcome {
    places: usize,
    exact: usize,
    fixtures: BTreeSet<String>,
    wrong: Vec<String>,
    heard: BTreeSet<(&'static str, &'static str)>,
}

fn run(mutation: &Mutation, fixtures: &[Fixture], baselines: &Baselines) -> Outcome {
    let mut outcome = Outcome::default();
    for fixture in fixtures {
        let mutants = some((mutation.make)(fixture));
        // Where there are several places, each is tried in one format.
        let is_in_both = mutants.len() == 1 || *MOST_PLACES > 2;
        for (number, mutant) in mutants.into_iter().enumerate() {
            outcome.fixtures.insert(fixture.name.clone());
            outcome.places += 1;
            let config = mutant.config.as_deref().map(|config| strip(config).0);
            let settings = config.map_or_else(Settings::default, |toml| common::settings_of(&toml));
            with_destination(&mutant.at, |destination| {
                let chosen = |run: &Run| {
                    is_in_both || run.is_yaml == (number % 2 == 1) || mutant.raw.is_some()
                };
                for (run, expected) in forms(&mutant) {
                    if !chosen(&run) {
                        continue;
                    }
                    let without = baseline(baselines, fixture, run.is_yaml, &mutant.at);
                    let found = run.check(destination, &settings, mutant.before.as_deref());
                    let (wrong, heard) =
                        compare(mutation, &mutant, &run, &expected, &without, &found);
                    let what = format!(
                        "{} ({}) in {} as {}",
                        mutation.rule,
                        mutation.what,
                        fixture.name,
                        run.name()
                    );
                    outcome
                        .wrong
                        .extend(wrong.iter().map(|wrong| format!("{what}: {wrong}")));
                    outcome.heard.extend(heard);
                    outcome.exact +=
                        usize::from(expected.range.is_some() || expected.inner.is_some());
                }
            });
        }
    }
    outcome
}

#[test]
fn every_defect_is_found_where_it_is_and_nothing_else() {
    let fixtures = Fixture::all();
    let table = table();
    let baselines = Baselines::default();
    let outcomes: Vec<Outcome> = table
        .par_iter()
        .map(|mutation| run(mutation, &fixtures, &baselines))
        .collect();
    let mut wrong = Vec::new();
    for (mutation, outcome) in table.iter().zip(outcomes) {
        let Outcome {
            places,
            exact,
            fixtures,
            ..
        } = &outcome;
        println!(
            "{:4} places in {:2} fixtures, {exact:4} exact: {}: {}",
            places,
            fixtures.len(),
            mutation.rule,
            mutation.what
        );
        if *places == 0 {
            wrong.push(format!(
                "{} ({}) applies nowhere",
                mutation.rule, mutation.what
            ));
        }
        for (how, named) in [("also", mutation.also), ("hides", mutation.hides)] {
            for (rule, _) in named
                .iter()
                .filter(|(rule, _)| !outcome.heard.contains(&(how, *rule)))
            {
                wrong.push(format!(
                    "{} ({}) never {how} {rule}",
                    mutation.rule, mutation.what
                ));
            }
        }
        wrong.extend(outcome.wrong);
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_rule_has_a_defect() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for mutation in table() {
        *counts.entry(mutation.rule).or_default() += 1;
    }
    let ids: BTreeSet<&str> = rules::ALL.iter().map(|rule| rule.meta().id).collect();
    for (id, why) in EXCEPTIONS {
        assert!(ids.contains(id) && !counts.contains_key(id), "{id}: {why}");
    }
    let is_exception = |id: &str| EXCEPTIONS.iter().any(|(exception, _)| *exception == id);
    let without = ids
        .iter()
        .filter(|id| !counts.contains_key(*id) && !is_exception(id));
    let without: Vec<_> = without.collect();
    assert!(without.is_empty(), "{without:?}");
    assert!(counts.keys().all(|rule| ids.contains(rule)), "{counts:?}");
}
