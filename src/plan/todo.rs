//! What is missing at a destination, as files for somebody to fill in: what `rewrite --answers` reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use crate::{
    finding::Place,
    rewrite::{
        answers::{Answers, MACROS_FILE, PLACEHOLDERS_FILE, SECRETS_FILE, SELECT_FILE},
        names::{NameAnswer, NameVersion},
        need::{Candidate, Need, Question, SecretPlace},
        placeholders::{Within, is_named},
        result::ProfileResult,
    },
    sensitive::printable,
    source::Text,
    syntax::{Format, Kind, NodeRef, parse_plain},
};

use super::{
    DestinationPlan,
    yaml::{Yaml, quoted},
};

/// The overview beside the files, for people.
pub const OVERVIEW_FILE: &str = "todo.md";

/// How many places a comment names.
const SHOWN_PLACES: usize = 10;

/// A file to fill in, or the overview of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodoFile {
    /// Its name below the folder of the destination.
    pub name: &'static str,
    /// Its text.
    pub text: String,
    /// Whether values stand in it, or will: any of them may be a secret.
    pub has_values: bool,
}

/// The files for one destination. They hold the answers that are given, so that nothing is asked twice.
#[must_use]
pub fn files(plan: &DestinationPlan<'_>, answers: &Answers) -> Vec<TodoFile> {
    let file = |has_values, name, text| TodoFile {
        name,
        text,
        has_values,
    };
    let names = ProfileKeys::of(plan);
    vec![
        file(true, MACROS_FILE, macros(plan, answers)),
        file(true, SECRETS_FILE, secrets(plan, answers, &names)),
        file(true, PLACEHOLDERS_FILE, placeholders(plan, answers, &names)),
        file(false, SELECT_FILE, select(plan, answers, &names)),
        file(false, OVERVIEW_FILE, overview(plan)),
    ]
}

/// Whether a file holds an answer that another text of it would lose. One that cannot be read may hold any.
#[must_use]
pub fn loses_answers(name: &str, there: &str, new: &str) -> bool {
    let new = answers_in(name, new).unwrap_or_default();
    answers_in(name, there).is_none_or(|there| !there.is_subset(&new))
}

/// The places that are filled in, with what is there; `None` when the text cannot be read.
fn answers_in(name: &str, text: &str) -> Option<BTreeSet<(String, String)>> {
    let text = Text::from(text);
    let format = Format::of_name(Path::new(name))?;
    let (tree, faults) = parse_plain(format, &text);
    if !faults.is_empty() {
        return None;
    }
    let mut answers = BTreeSet::new();
    for node in tree
        .as_ref()?
        .documents()
        .flat_map(|root| root.tree().nodes())
    {
        let is_key = node.is_key();
        let is_filled = !matches!(node.kind(), Kind::Object | Kind::Array | Kind::Null)
            && !node.text().is_empty();
        if is_filled && !is_key {
            answers.insert((stable_pointer(node), node.text().into_owned()));
        }
    }
    // The names of macros are no answers.
    answers.retain(|(pointer, _)| !(name == MACROS_FILE && pointer.ends_with("/name")));
    Some(answers)
}

/// The pointer to a node, with the name of a macro in place of its number in the list.
fn stable_pointer(node: NodeRef<'_>) -> String {
    let name = node.parent().and_then(|item| item.get("name"));
    match name {
        Some(name) if node.key().is_some_and(|key| key.text() == "value") => {
            format!("{}/value", name.text())
        }
        _ => node.pointer(),
    }
}

/// What profiles are called in the files: `NAME` where there is one of that name, else `NAME@VERSION`, and where several
/// have both in common by their files.
#[derive(Debug)]
pub struct ProfileKeys<'r> {
    names: BTreeMap<&'r str, usize>,
    versions: BTreeMap<&'r NameVersion, usize>,
}

impl<'r> ProfileKeys<'r> {
    /// Those of the profiles of a plan.
    #[must_use]
    pub fn of(plan: &DestinationPlan<'r>) -> Self {
        let (mut names, mut versions) = (BTreeMap::new(), BTreeMap::new());
        for profile in plan.rows.iter().filter_map(|row| row.profile) {
            let profile = &profile.profile;
            *names.entry(profile.name.as_str()).or_default() += 1;
            *versions.entry(profile).or_default() += 1;
        }
        Self { names, versions }
    }

    /// What the profile of a file is called.
    #[must_use]
    pub fn key(&self, profile: &NameVersion, file: &str) -> String {
        if self.names.get(profile.name.as_str()) == Some(&1) {
            profile.name.clone()
        } else if self.versions.get(profile) == Some(&1) {
            format!("{}@{}", profile.name, profile.version)
        } else {
            file.to_owned()
        }
    }
}

/// In the shape that the macros endpoints of Palette take (`v1Macros` of the API).
fn macros(plan: &DestinationPlan<'_>, answers: &Answers) -> String {
    let mut values: BTreeMap<&str, &str> = plan.macros().keys().map(|name| (*name, "")).collect();
    let given = answers.macros.iter();
    values.extend(given.map(|(name, value)| (name.as_str(), value.as_str())));
    let items: Vec<_> = values
        .into_iter()
        .map(|(name, value)| serde_json::json!({"name": name, "value": value}))
        .collect();
    let mut text =
        serde_json::to_string_pretty(&serde_json::json!({"macros": items})).unwrap_or_default();
    text.push('\n');
    text
}

/// An entry of a file: its value, and what is known of it.
#[derive(Default)]
struct Entry {
    value: String,
    comments: Vec<String>,
    places: Vec<String>,
}

impl Entry {
    fn note(&mut self, comment: String) {
        if !self.comments.contains(&comment) {
            self.comments.push(comment);
        }
    }

    fn used(&mut self, profile: &ProfileResult, need: &Need) {
        self.places.push(used(profile, need));
    }

    fn comments(&self) -> impl Iterator<Item = String> {
        let mut places = self.places.clone();
        let more = places.len().saturating_sub(SHOWN_PLACES);
        places.truncate(SHOWN_PLACES);
        let more = (more > 0).then(|| format!("and {more} more"));
        self.comments.clone().into_iter().chain(places).chain(more)
    }
}

/// Where a need is, in words.
fn used(profile: &ProfileResult, need: &Need) -> String {
    let NameVersion { name, version } = &profile.profile;
    format!(
        "{name} {version}: {}",
        location(&need.place, need.pack.as_deref())
    )
}

/// A place as people look it up: in the file, or in the text that is embedded in it.
#[must_use]
pub fn location(place: &Place, pack: Option<&str>) -> String {
    let file = &place.file;
    match (&place.inner, pack) {
        (Some(inner), Some(pack)) => {
            let start = inner.start;
            format!(
                "{file} › {pack} › {}:{}:{}",
                inner.name, start.line, start.column
            )
        }
        _ => format!("{file}:{}:{}", place.start.line, place.start.column),
    }
}

fn write_entries(yaml: &mut Yaml, depth: usize, entries: &BTreeMap<String, Entry>) {
    for (key, entry) in entries {
        for comment in entry.comments() {
            yaml.comment(depth, &comment);
        }
        yaml.entry(depth, key, &entry.value);
    }
}

/// The secrets of a profile: of its packs, and of its variables.
#[derive(Default)]
struct ProfileSecrets {
    packs: BTreeMap<String, BTreeMap<String, Entry>>,
    variables: BTreeMap<String, Entry>,
}

impl ProfileSecrets {
    fn is_empty(&self) -> bool {
        self.packs.is_empty() && self.variables.is_empty()
    }

    fn entry(&mut self, pack: Option<&str>, place: &SecretPlace) -> &mut Entry {
        match place {
            SecretPlace::Value(path) => {
                let pack = self.packs.entry(pack.unwrap_or_default().to_owned());
                pack.or_default().entry(path.clone()).or_default()
            }
            SecretPlace::Variable(name) => self.variables.entry(name.clone()).or_default(),
        }
    }

    fn write(&self, yaml: &mut Yaml, depth: usize) {
        if !self.packs.is_empty() {
            yaml.open(depth, "packs");
        }
        for (pack, entries) in &self.packs {
            yaml.open(depth + 1, pack);
            write_entries(yaml, depth + 2, entries);
        }
        if !self.variables.is_empty() {
            yaml.open(depth, "variables");
            write_entries(yaml, depth + 1, &self.variables);
        }
    }
}

/// The secrets that are asked for, by what they are called in every profile that has them.
type SharedSecrets<'r> = BTreeMap<(Option<&'r str>, &'r SecretPlace), Vec<&'r Need>>;

/// The secrets that several profiles ask for.
#[must_use]
pub fn shared_secrets<'r>(plan: &DestinationPlan<'r>) -> SharedSecrets<'r> {
    let mut shared = SharedSecrets::new();
    for (_, need) in plan.needs() {
        if let Question::Secret(place) = &need.question {
            let needs = shared.entry((need.pack.as_deref(), place)).or_default();
            needs.push(need);
        }
    }
    shared.retain(|_, needs| {
        let files: BTreeSet<&str> = needs.iter().map(|need| &*need.place.file).collect();
        files.len() > 1
    });
    shared
}

fn secrets(plan: &DestinationPlan<'_>, answers: &Answers, names: &ProfileKeys<'_>) -> String {
    const OPTIONAL: &str = "may stay empty: then nothing is filled in";
    let mut for_all = ProfileSecrets::default();
    for ((pack, place), needs) in shared_secrets(plan) {
        let entry = for_all.entry(pack, place);
        entry.note(format!("in {} profiles", needs.len()));
        if needs.iter().all(|need| need.is_optional) {
            entry.note(OPTIONAL.to_owned());
        }
    }
    let mut profiles: BTreeMap<String, ProfileSecrets> = BTreeMap::new();
    for (profile, need) in plan.needs() {
        if let Question::Secret(place) = &need.question {
            let key = names.key(&profile.profile, &need.place.file);
            let secrets = profiles.entry(key).or_default();
            let entry = secrets.entry(need.pack.as_deref(), place);
            if need.is_optional {
                entry.note(OPTIONAL.to_owned());
            }
            entry.used(profile, need);
        }
    }
    let given = answers.secrets.entries();
    for (profile, pack, place, given) in given.filter(|(.., given)| !given.is_empty()) {
        let secrets = match profile {
            Some(profile) => profiles.entry(profile.to_owned()).or_default(),
            None => &mut for_all,
        };
        given.clone_into(&mut secrets.entry(pack, &place).value);
    }
    let mut yaml = Yaml::with_head(&[
        &format!("Secrets of the profiles for `{}`.", plan.destination.name()),
        "A secret stands here as text, or as env:NAME, which takes it from an environment variable.",
    ]);
    if !for_all.is_empty() {
        yaml.comment(
            0,
            "What several profiles have comes first: one secret for all of them. What stands under `profiles` counts before it.",
        );
        for_all.write(&mut yaml, 0);
    }
    if !profiles.is_empty() {
        yaml.open(0, "profiles");
    } else if for_all.is_empty() {
        yaml.comment(0, "Nothing is masked.");
    }
    for (profile, secrets) in &profiles {
        yaml.open(1, profile);
        secrets.write(&mut yaml, 2);
    }
    yaml.out
}

fn placeholders(plan: &DestinationPlan<'_>, answers: &Answers, names: &ProfileKeys<'_>) -> String {
    let mut all: BTreeMap<Within, BTreeMap<String, Entry>> = BTreeMap::new();
    for (profile, need) in plan.needs() {
        if let Question::Placeholder { text } = &need.question {
            let within = if is_named(text) {
                Within::ALL
            } else {
                Within {
                    profile: Some(names.key(&profile.profile, &need.place.file)),
                    pack: need.pack.clone(),
                }
            };
            let entries = all.entry(within).or_default();
            entries.entry(text.clone()).or_default().used(profile, need);
        }
    }
    for (within, key, value) in answers.values.entries() {
        let entries = all.entry(within.clone()).or_default();
        value.clone_into(&mut entries.entry(key.to_owned()).or_default().value);
    }
    let mut yaml = Yaml::with_head(&[
        &format!(
            "Values for placeholders in the profiles for `{}`.",
            plan.destination.name()
        ),
        "A reference such as \"{{ .spectro.macro.region }}\" is a value too; what stays empty stays as it is.",
    ]);
    if all.is_empty() {
        yaml.comment(0, "Nothing stands in for a value.");
        return yaml.out;
    }
    if let Some(entries) = all.remove(&Within::ALL) {
        yaml.open(0, "placeholders");
        write_entries(&mut yaml, 1, &entries);
    }
    if !all.is_empty() {
        yaml.open(0, "profiles");
    }
    let (mut open, mut has_packs) = (None, false);
    for (within, entries) in &all {
        if open != Some(&within.profile) {
            yaml.open(1, within.profile.as_deref().unwrap_or_default());
            (open, has_packs) = (Some(&within.profile), false);
        }
        let Some(pack) = &within.pack else {
            yaml.open(2, "placeholders");
            write_entries(&mut yaml, 3, entries);
            continue;
        };
        if !has_packs {
            yaml.open(2, "packs");
            has_packs = true;
        }
        yaml.open(3, pack);
        write_entries(&mut yaml, 4, entries);
    }
    yaml.out
}

fn select(plan: &DestinationPlan<'_>, answers: &Answers, names: &ProfileKeys<'_>) -> String {
    let given = &answers.choices;
    let mut packs: BTreeMap<String, Entry> = BTreeMap::new();
    let mut profiles: BTreeMap<String, (Vec<String>, NameAnswer)> = BTreeMap::new();
    for (profile, need) in plan.needs() {
        match &need.question {
            Question::Registry { name, candidates } => {
                let entry = packs.entry(name.clone()).or_default();
                for candidate in candidates {
                    entry.note(described(candidate));
                }
                entry.used(profile, need);
            }
            Question::Name { why, free } => {
                let mut comments = vec![why.clone()];
                for NameVersion { name, version } in free {
                    comments.push(format!("free: {name} {version}"));
                }
                comments.push(used(profile, need));
                let key = names.key(&profile.profile, &need.place.file);
                profiles.insert(key, (comments, NameAnswer::default()));
            }
            _ => {}
        }
    }
    for (pack, registry) in &given.select.packs {
        registry.clone_into(&mut packs.entry(pack.clone()).or_default().value);
    }
    for (profile, answer) in &given.names {
        profiles.entry(profile.clone()).or_default().1 = answer.clone();
    }
    let mut yaml = Yaml::with_head(&[
        &format!(
            "Choices for `{}`: registries of packs, and names of profiles.",
            plan.destination.name()
        ),
        "What stays empty is not chosen.",
    ]);
    let registries = &given.select.registries;
    let prefer = &given.select.prefer;
    if !packs.is_empty() || !registries.is_empty() || !prefer.is_empty() {
        yaml.open(0, "select");
    }
    if !packs.is_empty() {
        yaml.open(1, "packs");
        write_entries(&mut yaml, 2, &packs);
    }
    if !registries.is_empty() {
        yaml.open(1, "registries");
        for (from, to) in registries {
            yaml.entry(2, from, to);
        }
    }
    if !prefer.is_empty() {
        let prefer: Vec<String> = prefer.iter().map(|name| quoted(name)).collect();
        let _ = writeln!(yaml.out, "  prefer: [{}]", prefer.join(", "));
    }
    if !profiles.is_empty() {
        yaml.open(0, "profiles");
    }
    for (profile, (comments, answer)) in &profiles {
        for comment in comments {
            yaml.comment(1, comment);
        }
        yaml.open(1, profile);
        yaml.entry(2, "name", answer.name.as_deref().unwrap_or_default());
        yaml.entry(2, "version", answer.version.as_deref().unwrap_or_default());
    }
    if packs.is_empty() && profiles.is_empty() {
        yaml.comment(0, "Nothing is left to choose.");
    }
    yaml.out
}

fn described(candidate: &Candidate) -> String {
    format!("{}: {}", candidate.registry, candidate.details())
}

/// What is to do, and where what is missing is used: JSON has no comments for it.
fn overview(plan: &DestinationPlan<'_>) -> String {
    let mut out = String::new();
    let code = |text: &str| format!("`{}`", printable(text).replace('`', "'"));
    let mut line = |text: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{text}");
    };
    line(&format!("# To do for {}", code(plan.destination.name())));
    let macros = plan.macros();
    if !macros.is_empty() {
        line(&format!(
            "\n## Macros to create\n\nFill in `{MACROS_FILE}`, and create them before the import.\n"
        ));
    }
    for (name, (_, near)) in &macros {
        let near = near.map_or_else(String::new, |near| {
            format!(" (perhaps {} is meant)", code(near))
        });
        line(&format!("- {}{near}", code(name)));
        let uses: Vec<String> = plan
            .needs()
            .filter(|(_, need)| matches!(&need.question, Question::Macro { name: used, .. } if used == name))
            .map(|(profile, need)| used(profile, need))
            .collect();
        for used in uses.iter().take(SHOWN_PLACES) {
            line(&format!("  - {}", code(used)));
        }
        if uses.len() > SHOWN_PLACES {
            line(&format!("  - and {} more", uses.len() - SHOWN_PLACES));
        }
    }
    let counts = [
        (plan.secrets(), "Secrets to fill in", SECRETS_FILE),
        (
            plan.placeholders().len(),
            "Placeholders to set",
            PLACEHOLDERS_FILE,
        ),
        (
            plan.open_packs().len() + plan.names(),
            "Choices to make",
            SELECT_FILE,
        ),
    ];
    for (count, title, file) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        line(&format!("\n## {title}\n\n{count}, in `{file}`."));
    }
    let missing = plan.missing_packs();
    if !missing.is_empty() {
        line(
            "\n## Packs to bring to the destination\n\nNo answer helps: registries have to hold them, or profiles to ask for others.\n",
        );
    }
    for (pack, profiles) in &missing {
        let near: Vec<String> = pack.near.iter().map(|near| code(near)).collect();
        let near = if near.is_empty() {
            String::new()
        } else {
            format!("; near: {}", near.join(", "))
        };
        let profiles: Vec<String> = profiles.iter().map(|profile| code(profile)).collect();
        let (name, wanted) = (code(&pack.name), code(&pack.wanted));
        line(&format!(
            "- {name} {wanted}, for {}{near}",
            profiles.join(", ")
        ));
    }
    out
}
