//! The questions of the import wizard, asked on a terminal.

use std::{
    collections::BTreeSet,
    io::{self, BufRead as _, IsTerminal, Write as _},
    sync::Arc,
};

use console::Term;

use crate::{
    plan::{
        DestinationPlan, Readiness,
        todo::{ProfileKeys, location, shared_secrets},
    },
    rewrite::{
        names::{NameAnswer, NameVersion},
        need::{Candidate, Need, Question, SecretPlace},
        placeholders::{Within, is_named},
        result::DestinationResult,
        run::Target,
    },
    rules,
    sensitive::printable,
};

/// Why no more is asked.
#[derive(Debug)]
pub enum Stop {
    /// Whoever was asked has ended the input.
    Ended,
    /// The terminal cannot be used.
    Failed(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("the terminal: {error}"))
    }
}

/// A question, and whom it is about.
struct Asked {
    target: usize,
    destination: String,
    profile: NameVersion,
    /// What answer files call the profile.
    key: String,
    need: Need,
    /// How many profiles one answer is for, of a secret that several have.
    shared_by: Option<usize>,
}

/// Refuses to ask where nobody could answer.
///
/// # Errors
///
/// A message when standard input or standard error is no terminal.
pub fn require_terminal() -> Result<(), String> {
    let missing = if !io::stdin().is_terminal() {
        "standard input"
    } else if !io::stderr().is_terminal() {
        "standard error"
    } else {
        return Ok(());
    };
    Err(format!(
        "--interactive asks on a terminal, and {missing} is none: fill in the files of `plan --write-todo`, and pass `--answers`"
    ))
}

/// Asks what is open until nothing is, or whoever is asked leaves the rest out. `plan` tells what is open with the
/// answers so far.
///
/// # Errors
///
/// [`Stop`] when the input ends, or the terminal fails; the answers so far are kept in `targets`.
pub fn ask_all(
    targets: &mut [Target],
    plan: impl Fn(&[Target]) -> Vec<DestinationResult>,
) -> Result<(), Stop> {
    let mut left_out = BTreeSet::new();
    let mut is_first = true;
    loop {
        let results = plan(targets);
        let open = open(&results, &left_out);
        if open.is_empty() {
            return Ok(());
        }
        let count = open.len();
        if is_first {
            say(&introduction(&results))?;
            is_first = false;
        }
        for (number, asked) in open.into_iter().enumerate() {
            let Some(target) = targets.get_mut(asked.target) else {
                continue;
            };
            say(&format!("\n[{} of {count}] {}", number + 1, asked.title()))?;
            if !asked.ask(target)? {
                left_out.insert(asked.identity());
            }
            // The next question may depend on it.
            let destination = Arc::make_mut(&mut target.destination);
            target.answers.tell(destination, "the answers of this run");
        }
    }
}

/// What to know before the first question.
fn introduction(results: &[DestinationResult]) -> String {
    let mut text = "Enter leaves a question out; Ctrl-D ends the questions.".to_owned();
    for result in results {
        let plan = DestinationPlan::new(result);
        let blocked = plan.count(Readiness::Blocked);
        if blocked > 0 {
            text += &format!(
                "\n{}: {blocked} blocked, and nothing is asked about them: `plan` tells why",
                plan.destination.name()
            );
        }
    }
    text
}

/// The questions of a plan, each once, without those that were left out. Nothing is asked where no answer helps, and
/// about a secret that several profiles have once for all of them before it is asked about each.
fn open(results: &[DestinationResult], left_out: &BTreeSet<String>) -> Vec<Asked> {
    let mut open = Vec::new();
    let mut seen = left_out.clone();
    for (target, result) in results.iter().enumerate() {
        let plan = DestinationPlan::new(result);
        let keys = ProfileKeys::of(&plan);
        let shared = shared_secrets(&plan);
        let rows = plan.rows.iter();
        let profiles = rows.filter(|row| row.readiness != Readiness::Blocked);
        let profiles = profiles.filter_map(|row| row.profile);
        let needs = profiles.flat_map(|profile| profile.needs.iter().map(move |it| (profile, it)));
        for (profile, need) in needs {
            let is_placeholder = matches!(need.question, Question::Placeholder { .. });
            if need.is_optional && !is_placeholder {
                continue;
            }
            let mut asked = Asked {
                target,
                destination: plan.destination.name().to_string(),
                profile: profile.profile.clone(),
                key: keys.key(&profile.profile, &need.place.file),
                need: need.clone(),
                shared_by: match &need.question {
                    Question::Secret(place) => {
                        let needs = shared.get(&(need.pack.as_deref(), place));
                        needs.map(Vec::len)
                    }
                    _ => None,
                },
            };
            if left_out.contains(&asked.identity()) {
                asked.shared_by = None;
            }
            if seen.insert(asked.identity()) {
                open.push(asked);
            }
        }
    }
    open
}

impl Asked {
    /// What questions have in common that one answer is for.
    fn identity(&self) -> String {
        let pack = self.need.pack.as_deref().unwrap_or_default();
        let owner = match self.shared_by {
            Some(_) => "",
            None => self.key.as_str(),
        };
        let (kind, profile, pack, key) = match &self.need.question {
            Question::Name { .. } => ("name", self.key.as_str(), "", ""),
            Question::Registry { name, .. } => ("registry", "", name.as_str(), ""),
            Question::Secret(SecretPlace::Value(path)) => ("secret", owner, pack, path.as_str()),
            Question::Secret(SecretPlace::Variable(name)) => ("variable", owner, "", name.as_str()),
            Question::Placeholder { text } if is_named(text) => ("value", "", "", text.as_str()),
            Question::Placeholder { text } => ("value", self.key.as_str(), pack, text.as_str()),
            Question::Macro { name, .. } => ("macro", "", "", name.as_str()),
        };
        format!("{}\0{kind}\0{profile}\0{pack}\0{key}", self.target)
    }

    fn title(&self) -> String {
        let NameVersion { name, version } = &self.profile;
        let place = location(&self.need.place, self.need.pack.as_deref());
        let destination = &self.destination;
        match self.shared_by {
            Some(count) => {
                format!("{destination}: {count} profiles, as {name} {version} ({place})")
            }
            None => format!("{destination}: {name} {version} ({place})"),
        }
    }

    /// Asks, and keeps the answer; tells whether there is one.
    fn ask(&self, target: &mut Target) -> Result<bool, Stop> {
        let answers = &mut target.answers;
        let pack = self.need.pack.as_deref();
        match &self.need.question {
            Question::Name { why, free } => {
                let Some(answer) = ask_name(&self.profile, why, free)? else {
                    return Ok(false);
                };
                answers.choices.names.insert(self.key.clone(), answer);
            }
            Question::Registry { name, candidates } => {
                let Some(registry) = ask_registry(name, candidates)? else {
                    return Ok(false);
                };
                let packs = &mut answers.choices.select.packs;
                packs.insert(name.clone(), registry);
            }
            Question::Secret(place) => {
                let (SecretPlace::Value(what) | SecretPlace::Variable(what)) = place;
                let (owner, what) = match self.shared_by {
                    Some(_) => (None, format!("{what}, one for all")),
                    None => (Some(self.key.as_str()), what.clone()),
                };
                let Some(secret) = ask_secret(&what)? else {
                    return Ok(false);
                };
                answers.secrets.give(owner, pack, place, &secret);
            }
            Question::Placeholder { text } => {
                let value = line(&format!("value for {text} (Enter leaves it as it is): "))?;
                if value.is_empty() {
                    return Ok(false);
                }
                let within = if is_named(text) {
                    Within::ALL
                } else {
                    Within {
                        profile: Some(self.key.clone()),
                        pack: self.need.pack.clone(),
                    }
                };
                answers.values.give(within, text, &value);
            }
            Question::Macro { name, near } => {
                if let Some(near) = near {
                    say(&format!("  {near} is there, and perhaps meant"))?;
                }
                let value = line(&format!(
                    "macro {name} is not there; its value, if you create it before the import (Enter leaves it out): "
                ))?;
                if value.is_empty() {
                    return Ok(false);
                }
                answers.macros.insert(name.clone(), value);
            }
        }
        Ok(true)
    }
}

/// Asks what a profile is to be called.
fn ask_name(
    profile: &NameVersion,
    why: &str,
    free: &[NameVersion],
) -> Result<Option<NameAnswer>, Stop> {
    say(&format!("  {why}"))?;
    let choices: Vec<String> = free
        .iter()
        .map(|free| format!("{} {}", free.name, free.version))
        .chain(["another name or version".to_owned()])
        .collect();
    let Some(chosen) = choose(&choices)? else {
        return Ok(None);
    };
    let (name, version) = match free.get(chosen) {
        Some(free) => (free.name.clone(), free.version.clone()),
        None => (
            valid(&format!("name [{}]: ", profile.name), |name| {
                rules::name_defect(name).map(|defect| format!("the name {defect}"))
            })?,
            valid(&format!("version [{}]: ", profile.version), |version| {
                let parsed = semver::Version::parse(version);
                parsed
                    .err()
                    .map(|error| format!("no semantic version: {error}"))
            })?,
        ),
    };
    let new = |text: String, old: &str| Some(text).filter(|text| !text.is_empty() && text != old);
    let answer = NameAnswer {
        name: new(name, &profile.name),
        version: new(version, &profile.version),
    };
    Ok(Some(answer).filter(|answer| *answer != NameAnswer::default()))
}

/// Asks for a line that is right, or empty.
fn valid(prompt: &str, defect: impl Fn(&str) -> Option<String>) -> Result<String, Stop> {
    loop {
        let text = line(prompt)?;
        match Some(&text)
            .filter(|text| !text.is_empty())
            .and_then(|text| defect(text))
        {
            Some(defect) => say(&format!("  {defect}"))?,
            None => return Ok(text),
        }
    }
}

/// Asks which registry serves a pack.
fn ask_registry(pack: &str, candidates: &[Candidate]) -> Result<Option<String>, Stop> {
    say(&format!("  several registries could serve pack {pack}"))?;
    let choices: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("{}: {}", candidate.registry, candidate.details()))
        .collect();
    let chosen = choose(&choices)?.and_then(|chosen| candidates.get(chosen));
    Ok(chosen.map(|candidate| candidate.registry.clone()))
}

/// Asks for a secret, which is not shown.
fn ask_secret(what: &str) -> Result<Option<String>, Stop> {
    loop {
        let secret = secret(&format!(
            "{what}, or env:NAME (not shown; Enter leaves it out): "
        ))?;
        let Some(name) = secret.strip_prefix("env:") else {
            return Ok(Some(secret).filter(|secret| !secret.is_empty()));
        };
        if std::env::var(name).is_ok_and(|value| !value.is_empty()) {
            return Ok(Some(secret));
        }
        say("  that environment variable is not set")?;
    }
}

/// Asks for one of some choices, by its number.
fn choose(choices: &[String]) -> Result<Option<usize>, Stop> {
    for (number, choice) in choices.iter().enumerate() {
        say(&format!("  {}) {choice}", number + 1))?;
    }
    loop {
        let text = line("number (Enter leaves it out): ")?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<usize>() {
            Ok(number) if (1..=choices.len()).contains(&number) => return Ok(Some(number - 1)),
            _ => say(&format!("  expected a number from 1 to {}", choices.len()))?,
        }
    }
}

fn say(text: &str) -> Result<(), Stop> {
    let shown: Vec<String> = text.split('\n').map(printable).collect();
    writeln!(io::stderr().lock(), "{}", shown.join("\n"))?;
    Ok(())
}

fn prompt(text: &str) -> Result<(), Stop> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{}", printable(text))?;
    stderr.flush()?;
    Ok(())
}

fn line(text: &str) -> Result<String, Stop> {
    prompt(text)?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Stop::Ended);
    }
    Ok(line.trim().to_owned())
}

fn secret(text: &str) -> Result<String, Stop> {
    prompt(text)?;
    Ok(Term::stderr().read_secure_line()?)
}
