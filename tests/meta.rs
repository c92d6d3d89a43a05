//! What holds for every rule, its page, its cases, and every finding of every case.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
    fs,
    path::PathBuf,
};

use common::{
    rule_cases::{self, Case, entries, file_name, root},
    sound::{assert_place, assert_position},
};
use palette_knife::{
    config::{self, OPTIONS},
    finding::{Finding, Group, Level, RuleMeta},
    profile::ProfileFile,
    rules,
    source::Source,
};

fn metas() -> impl Iterator<Item = &'static RuleMeta> {
    rules::ALL.iter().map(|rule| rule.meta())
}

/// Runs every case, and fails with all that `check` writes about them.
fn assert_cases(mut check: impl FnMut(&Case, &[Finding], &mut Vec<String>)) {
    let mut wrong = String::new();
    for case in rule_cases::all() {
        let mut problems = Vec::new();
        check(&case, &case.report().findings, &mut problems);
        for problem in problems {
            let _ = writeln!(wrong, "{}/{}: {problem}", case.rule, case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A paragraph of a rule's page: the text of a heading, as one line.
fn section(meta: &RuleMeta, heading: &str) -> String {
    let title = format!("## {heading}\n");
    let (_, rest) = meta.docs.split_once(&title).expect("a heading");
    let text = rest.split("\n## ").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_rule_has_one_name_everywhere() {
    let names = |folder: &str, suffix: &str| -> BTreeSet<String> {
        entries(&root().join(folder))
            .iter()
            .filter_map(|path| {
                file_name(path)
                    .strip_suffix(suffix)
                    .map(|name| name.replace('_', "-"))
            })
            .filter(|name| !matches!(name.as_str(), "mod" | "sink" | "README"))
            .collect()
    };
    let ids: BTreeSet<String> = rules::ALL
        .iter()
        .map(|rule| rule.meta().id.to_owned())
        .collect();
    assert_eq!(ids.len(), rules::ALL.len(), "two rules have the same name");
    assert_eq!(names("src/rules", ".rs"), ids);
    assert_eq!(names("docs/rules", ".md"), ids);
    assert_eq!(names("tests/rules", ""), ids);
    let listed: Vec<&str> = rules::ALL.iter().map(|rule| rule.meta().id).collect();
    assert!(listed.is_sorted(), "{listed:?}");
}

#[test]
fn every_rule_has_bad_and_good_cases() {
    for folder in entries(&root().join("tests/rules")) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for case in entries(&folder) {
            let name = file_name(&case);
            let kind = ["bad", "good"]
                .into_iter()
                .find(|kind| name.starts_with(&format!("{kind}-")));
            *counts
                .entry(kind.unwrap_or_else(|| panic!("{}", case.display())))
                .or_default() += 1;
        }
        assert!(
            counts.get("bad") >= Some(&2) && counts.get("good") >= Some(&2),
            "{}",
            folder.display()
        );
    }
}

#[test]
fn every_page_has_the_same_headings() {
    let headings = [
        "## What it does",
        "## Why",
        "## Example",
        "## Use instead",
        "## Options",
    ];
    for rule in rules::ALL {
        let meta = rule.meta();
        let found: Vec<&str> = meta
            .docs
            .lines()
            .filter(|line| line.starts_with('#'))
            .collect();
        let title = format!("# {}", meta.id);
        let mut expected = vec![title.as_str()];
        expected.extend(headings);
        assert_eq!(found, expected, "{}", meta.id);
        assert!(
            meta.docs.contains(meta.level.name()),
            "{} does not tell its level",
            meta.id
        );
    }
}

#[test]
fn summaries_are_short_and_lower_case() {
    for rule in rules::ALL {
        let summary = rule.meta().summary;
        assert!(summary.len() <= 80 && !summary.ends_with('.'), "{summary}");
        assert!(summary.starts_with(char::is_lowercase), "{summary}");
    }
}

/// Names are API: a rule that is renamed or gone breaks configurations, ignores and baselines.
#[test]
fn names_of_rules_stay_what_they_are() {
    let mut names = String::new();
    for meta in metas() {
        let state = if meta.is_on { "" } else { ", off" };
        let (id, level, group) = (meta.id, meta.level, meta.group.name());
        let _ = writeln!(names, "{id}: {group}, {level}{state}");
    }
    insta::assert_snapshot!("names_of_rules", names);
}

#[test]
fn names_are_words_with_dashes() {
    let groups: BTreeSet<&str> = Group::ALL.into_iter().map(Group::name).collect();
    for meta in metas() {
        let mut words = meta.id.split('-');
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(words.all(is_word), "{}", meta.id);
        assert!(!groups.contains(meta.id), "{} is a group, too", meta.id);
        let version = env!("CARGO_PKG_VERSION");
        let numbers = |version: &str| -> Vec<u32> {
            let numbers = version.split('.').map(str::parse);
            numbers.collect::<Result<_, _>>().expect("numbers")
        };
        assert_eq!(numbers(meta.since).len(), 3, "{}", meta.id);
        assert!(numbers(meta.since) <= numbers(version), "{}", meta.id);
    }
    let cases = rule_cases::all();
    let is_kebab = |name: &str| {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        name.split('-')
            .all(|part| !part.is_empty() && part.chars().all(is_part))
    };
    let odd: Vec<_> = cases.iter().filter(|case| !is_kebab(&case.name)).collect();
    assert!(odd.is_empty(), "{:?}", odd.first().map(|case| &case.folder));
}

#[test]
fn every_rule_can_be_configured() {
    let schema: serde_json::Value =
        serde_json::from_str(&config::schema::render()).expect("a schema");
    let levels = &schema["properties"]["rules"]["properties"];
    for name in metas()
        .map(|meta| meta.id)
        .chain(Group::ALL.into_iter().map(Group::name))
    {
        assert!(levels[name].is_object(), "{name}");
    }
    let text = schema.to_string();
    for meta in metas() {
        // As the key of a level, and as a name that an ignore may have.
        assert!(
            text.matches(&format!("\"{}\"", meta.id)).count() >= 3,
            "{}",
            meta.id
        );
    }
    for option in OPTIONS {
        let rule = rules::named(option.rule).expect("a rule");
        let named = format!("`{}`", option.name);
        let page = section(rule.meta(), "Options");
        assert!(page.contains(&named), "{}: {named}", option.rule);
        let key = &levels[option.rule]["oneOf"][1]["properties"][option.name];
        assert!(key.is_object(), "{}: {named}", option.rule);
    }
}

#[test]
fn files_of_rules_begin_with_their_name() {
    for meta in metas() {
        let path = format!("src/rules/{}.rs", meta.id.replace('-', "_"));
        let text = fs::read_to_string(root().join(&path)).expect("a rule");
        let first = format!("//! `{}`", meta.id);
        assert!(text.starts_with(&first), "{path}");
        let page = format!("docs/rules/{}.md", meta.id);
        let page = fs::read_to_string(root().join(page)).expect("a page");
        assert_eq!(page, meta.docs, "{path} shows another page");
    }
}

/// The level that a page tells first is that of the rule, and those that its findings have are all told.
#[test]
fn pages_tell_every_level() {
    let mut seen: BTreeMap<String, BTreeSet<Level>> = BTreeMap::new();
    for case in rule_cases::all() {
        for finding in case.report().findings {
            let levels = seen.entry(finding.rule.id.to_owned()).or_default();
            levels.insert(finding.level);
        }
    }
    for meta in metas() {
        let page = section(meta, "What it does");
        let told = page
            .split_once("evel: ")
            .or_else(|| page.split_once("evel is "));
        let (_, told) = told.unwrap_or_else(|| panic!("{} tells no level", meta.id));
        let first = told.split([' ', '.', ';', ',']).next().unwrap_or_default();
        assert_eq!(first, meta.level.name(), "{}", meta.id);
        for level in &seen[meta.id] {
            assert!(
                page.contains(level.name()),
                "{} does not tell that findings may be of level {level}",
                meta.id
            );
        }
        assert!(
            meta.is_on || page.contains("off unless it is turned on"),
            "{}",
            meta.id
        );
    }
}

/// A rule that needs a destination says so, and no other does.
#[test]
fn pages_tell_what_needs_a_destination() {
    let mut alone = BTreeSet::new();
    for case in rule_cases::all().iter().filter(|case| case.is_bad()) {
        if case.destination.is_none() {
            alone.insert(case.rule.clone());
        }
    }
    for meta in metas() {
        let page = section(meta, "What it does");
        let only = page.contains("runs only with `--to`");
        let needs = !alone.contains(meta.id);
        assert!(!only || needs, "{} runs without `--to`, too", meta.id);
        assert!(
            !needs || only || page.contains("at the destination"),
            "{} does not tell that it needs a destination",
            meta.id
        );
    }
}

#[test]
fn no_case_is_there_twice() {
    let mut seen = HashMap::new();
    for case in rule_cases::all() {
        let mut files = Vec::new();
        let mut folders = vec![case.folder.clone()];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else if file_name(&path) != "expected" {
                    let inside = path.strip_prefix(&case.folder).expect("a path inside");
                    let name = inside.to_string_lossy().into_owned();
                    files.push((name, fs::read(&path).expect("a file")));
                }
            }
        }
        files.sort();
        if let Some(other) = seen.insert((case.rule.clone(), files), case.name.clone()) {
            panic!("{}: {} and {other} are the same", case.rule, case.name);
        }
    }
}

/// Names that begin with a capital wherever they stand.
const PROPER: [&str; 5] = ["Base64", "Go", "Helm", "Kubernetes", "Palette"];

/// What is wrong with a text that people read: it is no sentence of its own, and says something.
fn misspelt(text: &str) -> Option<&'static str> {
    let begins = text.chars().next();
    let is_proper = PROPER.iter().any(|name| text.starts_with(name));
    let problems = [
        (
            begins.is_none_or(|first| first.is_whitespace() || first.is_uppercase() && !is_proper),
            "begins with a capital or with white space",
        ),
        (
            text.ends_with(['.', '!', ' ', ':', ',']),
            "ends with a mark",
        ),
        (text.contains("  "), "has two spaces"),
        (text.contains(". "), "has two sentences"),
        (text.matches('`').count() % 2 == 1, "has an odd backtick"),
        (text.contains(['\n', '\t']), "has a line break"),
    ];
    problems
        .into_iter()
        .find_map(|(is_wrong, what)| is_wrong.then_some(what))
}

#[test]
fn texts_of_findings_are_written_in_one_way() {
    assert_cases(|case, findings, problems| {
        for finding in findings {
            let mut texts = vec![("message", finding.message.as_str())];
            texts.extend(finding.help.as_deref().map(|help| ("help", help)));
            texts.extend(finding.label.as_deref().map(|label| ("label", label)));
            let related = finding.related.iter();
            texts.extend(related.map(|related| ("note", related.message.as_str())));
            let fix = finding.fix.as_ref();
            texts.extend(fix.map(|fix| ("fix", fix.description.as_str())));
            for (what, text) in &texts {
                // What is quoted from a file may be anything.
                let own = without_quotes(text);
                if let Some(problem) = misspelt(&own) {
                    problems.push(format!("{what} {problem}: {text}"));
                }
            }
            let mut said = BTreeSet::new();
            for (what, text) in texts.iter().filter(|(what, _)| *what != "note") {
                if !said.insert(*text) {
                    problems.push(format!("{what} says the same again: {text}"));
                }
            }
            if finding.label.as_ref().is_some_and(|label| label.len() > 60) {
                problems.push(format!("a long label: {:?}", finding.label));
            }
            let is_there = finding.message.contains("destination `");
            if is_there && finding.destination.is_none() {
                problems.push(format!("is of no destination: {}", finding.message));
            }
            if !case.is_bad() && finding.rule.id == case.rule {
                problems.push(format!("is good: {}", finding.message));
            }
        }
    });
}

/// A text with an `x` in place of what stands in backticks.
fn without_quotes(text: &str) -> String {
    let mut own = String::new();
    for (number, part) in text.split('`').enumerate() {
        own.push_str(if number % 2 == 1 { "`x`" } else { part });
    }
    own
}

#[test]
fn places_of_findings_lie_in_their_files() {
    let mut counted = 0;
    for case in rule_cases::all() {
        let inputs: HashMap<&str, ProfileFile> = case
            .files
            .iter()
            .map(|(name, bytes)| {
                let source = Source::from_bytes(name, bytes.clone());
                (name.as_str(), ProfileFile::parse(source))
            })
            .collect();
        let report = case.report();
        for finding in &report.findings {
            let related = finding.related.iter().map(|related| &related.place);
            for place in related.chain([&finding.place]) {
                counted += 1;
                if let Some(file) = inputs.get(place.file.as_ref()) {
                    assert_place(place, file);
                    continue;
                }
                // A file of the destination, or the configuration.
                let path = PathBuf::from(place.file.as_ref());
                let path = if path.is_absolute() {
                    path
                } else {
                    case.folder.join(path)
                };
                let text = fs::read_to_string(&path).expect("a file that is there");
                assert_position(&text, place.range.range(), place.start, place.end, place);
                assert_eq!(place.inner, None);
            }
        }
    }
    assert!(counted > 1000, "{counted}");
}

#[test]
fn findings_in_packs_name_their_pack() {
    assert_cases(|case, findings, problems| {
        for finding in findings {
            let pointer = &finding.place.pointer;
            let Some(rest) = pointer.strip_prefix("/spec/template/packs/") else {
                continue;
            };
            let index = rest.split('/').next().unwrap_or_default();
            let (_, bytes) = case
                .files
                .iter()
                .find(|(name, _)| *name == *finding.place.file)
                .expect("an input");
            let file = Source::from_bytes("profile", bytes.clone());
            let file = ProfileFile::parse(file);
            let Some((document, root)) = file.documents().nth(finding.place.document) else {
                continue;
            };
            let index: usize = index.parse().expect("a number");
            let pack = document.profile(root).packs().nth(index).expect("a pack");
            let name = Some(pack.name().into_owned()).filter(|name| !name.is_empty());
            if finding.pack != name {
                problems.push(format!(
                    "{} at {pointer} is of pack {:?}, not {name:?}",
                    finding.rule.id, finding.pack
                ));
            }
        }
    });
}

#[test]
fn fingerprints_tell_findings_apart() {
    assert_cases(|_, findings, problems| {
        let mut seen = BTreeSet::new();
        for finding in findings {
            let print = &finding.fingerprint;
            let (hash, _) = print.split_once('-').unwrap_or((print, ""));
            let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_hash || !seen.insert(print) {
                problems.push(format!("fingerprint `{print}` of {}", finding.message));
            }
        }
    });
}

/// Each fix by itself: what it makes can be read as before, its finding is gone, and no error is new.
#[test]
fn every_fix_removes_its_finding() {
    let mut count = 0;
    assert_cases(|case, findings, problems| {
        for finding in findings {
            let Some(fix) = &finding.fix else {
                continue;
            };
            count += 1;
            let mut files = case.files.clone();
            let file = files
                .iter_mut()
                .find(|(name, _)| *name == *finding.place.file);
            let (name, bytes) = file.expect("an input");
            let read =
                |bytes: &[u8]| ProfileFile::parse(Source::from_bytes("p.json", bytes.to_vec()));
            let is_json = name.ends_with(".json");
            let faults_before = read(bytes).faults().len();
            for edit in fix.edits.iter().rev() {
                let replaced = bytes.splice(edit.range.range(), edit.text.bytes());
                drop(replaced);
            }
            if is_json && read(bytes).faults().len() > faults_before {
                problems.push(format!("no JSON after: {}", fix.description));
            }
            let after = case.report_of(&files).findings;
            let is_same = |one: &Finding| {
                one.rule == finding.rule
                    && one.message == finding.message
                    && one.place.start == finding.place.start
            };
            if after.iter().any(is_same) {
                problems.push(format!("still there: {}", finding.message));
            }
            // What was wrong behind the defect may show now, but it is not worse than before.
            let errors = |findings: &[Finding]| {
                let errors = findings.iter().filter(|one| one.level == Level::Error);
                errors.count()
            };
            if errors(&after) > errors(findings) {
                problems.push(format!("`{}` leads to more errors", fix.description));
            }
        }
    });
    assert!(count > 60, "{count} fixes");
}
