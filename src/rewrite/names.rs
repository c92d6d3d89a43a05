//! The names and versions that profiles get at a destination.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;

use crate::{destination::Destination, profile::Profile};

/// What to do when a profile's name and version are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// Leave the profile out, as an error.
    Fail,
    /// Leave the profile out.
    Skip,
    /// Give it another name.
    Rename,
    /// Give it another version.
    Bump,
}

/// A part of a semantic version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BumpPart {
    /// The third number.
    Patch,
    /// The second number.
    Minor,
    /// The first number.
    Major,
}

/// How names and versions are decided.
#[derive(Debug, Clone)]
pub struct Naming {
    /// What to do when both are taken.
    pub on_conflict: OnConflict,
    /// The name for [`OnConflict::Rename`], with `{name}`, `{version}` and `{destination}` to be replaced.
    pub rename_pattern: String,
    /// What [`OnConflict::Bump`] raises.
    pub bump: BumpPart,
    /// New names by old ones.
    pub names: BTreeMap<String, String>,
    /// New versions by old names.
    pub versions: BTreeMap<String, String>,
}

/// What the select file says, by one of the [`AnswerKeys`] of a profile.
pub type NameAnswers = BTreeMap<String, NameAnswer>;

/// What the select file calls a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameAnswer {
    /// Its new name.
    pub name: Option<String>,
    /// Its new version.
    pub version: Option<String>,
}

/// A profile's name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameVersion {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
}

impl NameVersion {
    /// What a profile is called in its file.
    #[must_use]
    pub fn of(profile: Profile<'_>) -> Self {
        Self {
            name: profile.name().into_owned(),
            version: profile.version().into_owned(),
        }
    }
}

/// A profile of a run: what it is called in its file, and that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name and version in the file.
    pub profile: NameVersion,
    /// The file, as people know it.
    pub file: String,
}

impl Named {
    /// What files of answers may call it, the most precise first: its file, `NAME@VERSION`, `NAME`.
    #[must_use]
    pub fn keys(&self) -> AnswerKeys {
        let NameVersion { name, version } = &self.profile;
        let keys = [self.file.clone(), format!("{name}@{version}"), name.clone()];
        AnswerKeys(keys)
    }
}

/// What files of answers may call a profile, the most precise first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKeys([String; 3]);

impl AnswerKeys {
    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(String::as_str)
    }

    /// Whether it may be called so.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.iter().any(|one| one == key)
    }
}

/// What was decided for one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameDecision {
    /// It is imported under this name and version, because of this.
    Take {
        /// The name and version.
        target: NameVersion,
        /// Why they differ from those in the file; empty when they do not.
        why: String,
    },
    /// It is left out, because of this.
    Skip(String),
    /// It cannot be imported under the name and version it would have.
    Refuse {
        /// Why.
        why: String,
        /// What could be passed to the command, to follow that.
        help: String,
        /// Names and versions that are free.
        free: Vec<NameVersion>,
    },
}

/// Decides for all profiles of a batch, in their order. A profile that is in no conflict keeps its name; the others
/// get what is free then.
#[must_use]
pub fn decide(
    profiles: &[Named],
    destination: &Destination,
    naming: &Naming,
    answers: &NameAnswers,
) -> Vec<NameDecision> {
    let mut taken: BTreeSet<NameVersion> = BTreeSet::new();
    let wanted: Vec<(NameVersion, String)> = profiles
        .iter()
        .map(|profile| naming.wanted(profile, answers))
        .collect();
    let is_free_there =
        |target: &NameVersion| destination.profile(&target.name, &target.version).is_none();
    let first_free: Vec<bool> = wanted
        .iter()
        .map(|(target, _)| is_free_there(target) && taken.insert(target.clone()))
        .collect();
    let mut decisions = Vec::with_capacity(profiles.len());
    for ((target, why), is_free) in wanted.into_iter().zip(first_free) {
        if is_free {
            decisions.push(NameDecision::Take { target, why });
            continue;
        }
        let conflict = if is_free_there(&target) {
            "taken by another profile of this run".to_owned()
        } else {
            format!("taken at `{}`", destination.name())
        };
        let is_free = |target: &NameVersion| is_free_there(target) && !taken.contains(target);
        let decision = naming.resolve(&target, &conflict, destination.name(), is_free);
        if let NameDecision::Take { target, .. } = &decision {
            taken.insert(target.clone());
        }
        decisions.push(decision);
    }
    decisions
}

impl Naming {
    /// What a profile is to be called, and who says so.
    fn wanted(&self, named: &Named, answers: &NameAnswers) -> (NameVersion, String) {
        let profile = &named.profile;
        let answer = named.keys().iter().find_map(|key| answers.get(key));
        let given = |flags: &BTreeMap<String, String>, flag, answered: Option<&String>| {
            let flagged = flags.get(&profile.name).map(|text| (text.clone(), flag));
            flagged.or_else(|| Some((answered?.clone(), "the select file")))
        };
        let name = given(
            &self.names,
            "`--name`",
            answer.and_then(|it| it.name.as_ref()),
        );
        let name = name.filter(|(name, _)| *name != profile.name);
        let answered = answer.and_then(|it| it.version.as_ref());
        let version = given(&self.versions, "`--set-version`", answered);
        let version = version.filter(|(version, _)| *version != profile.version);
        let why = match (&name, &version) {
            (None, None) => String::new(),
            (Some((_, one)), Some((_, other))) if one != other => {
                format!("{one} and {other} say so")
            }
            (Some((_, by)), _) | (None, Some((_, by))) => format!("{by} says so"),
        };
        let target = NameVersion {
            name: name.map_or_else(|| profile.name.clone(), |(name, _)| name),
            version: version.map_or_else(|| profile.version.clone(), |(version, _)| version),
        };
        (target, why)
    }

    fn resolve(
        &self,
        target: &NameVersion,
        conflict: &str,
        destination: &str,
        is_free: impl Fn(&NameVersion) -> bool + Copy,
    ) -> NameDecision {
        let shown = format!("`{}` version {}", target.name, target.version);
        let why = format!("{shown} is {conflict}");
        let take = |target: NameVersion| NameDecision::Take {
            target,
            why: why.clone(),
        };
        let renamed = NameVersion {
            name: fill_in(&self.rename_pattern, target, destination),
            version: target.version.clone(),
        };
        let is_free_name = is_free(&renamed);
        match self.on_conflict {
            OnConflict::Skip => return NameDecision::Skip(why),
            OnConflict::Rename if is_free_name => return take(renamed),
            _ => {}
        }
        let bumped = self.bumped(target, is_free);
        let (help, bumped) = match (self.on_conflict, bumped) {
            (OnConflict::Bump, Ok(bumped)) => return take(bumped),
            (OnConflict::Bump, Err(unbumpable)) => (format!(", and {unbumpable}"), None),
            (OnConflict::Rename, bumped) => {
                let name = &renamed.name;
                let help = format!(
                    ", and so is `{name}`: choose another `--rename-pattern`, or `--on-conflict bump`"
                );
                (help, bumped.ok())
            }
            (_, bumped) => {
                let help = ": choose `--on-conflict rename`, `bump` or `skip`, or name it with `--name` or `--set-version`";
                (help.to_owned(), bumped.ok())
            }
        };
        NameDecision::Refuse {
            why,
            help,
            free: is_free_name
                .then_some(renamed)
                .into_iter()
                .chain(bumped)
                .collect(),
        }
    }

    /// The next version that is free, or why there is none.
    fn bumped(
        &self,
        target: &NameVersion,
        is_free: impl Fn(&NameVersion) -> bool,
    ) -> Result<NameVersion, &'static str> {
        let Ok(mut version) = semver::Version::parse(&target.version) else {
            return Err(
                "its version is no semantic version that could be raised: give it one with `--set-version`",
            );
        };
        // Each step gives a version that was not tried before, so this ends when what is taken is used up.
        loop {
            version = raise(&version, self.bump).ok_or("its version cannot be raised further")?;
            let bumped = NameVersion {
                name: target.name.clone(),
                version: version.to_string(),
            };
            if is_free(&bumped) {
                return Ok(bumped);
            }
        }
    }
}

/// A pattern with its placeholders replaced, once: what a name puts in is no placeholder.
fn fill_in(pattern: &str, target: &NameVersion, destination: &str) -> String {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let placeholders = [
            ("{name}", target.name.as_str()),
            ("{version}", target.version.as_str()),
            ("{destination}", destination),
        ];
        let found = placeholders
            .into_iter()
            .find(|(placeholder, _)| from.starts_with(placeholder));
        let (len, text) = found.map_or((1, "{"), |(placeholder, text)| (placeholder.len(), text));
        filled.push_str(text);
        rest = from.get(len..).unwrap_or_default();
    }
    filled.push_str(rest);
    filled
}

fn raise(version: &semver::Version, part: BumpPart) -> Option<semver::Version> {
    let (major, minor, patch) = (version.major, version.minor, version.patch);
    // The release of a pre-release is the next patch.
    let patch_step = u64::from(version.pre.is_empty());
    Some(match part {
        BumpPart::Patch => semver::Version::new(major, minor, patch.checked_add(patch_step)?),
        BumpPart::Minor => semver::Version::new(major, minor.checked_add(1)?, 0),
        BumpPart::Major => semver::Version::new(major.checked_add(1)?, 0, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(on_conflict: OnConflict) -> Naming {
        Naming {
            on_conflict,
            rename_pattern: "{name}-{destination}".to_owned(),
            bump: BumpPart::Patch,
            names: BTreeMap::new(),
            versions: BTreeMap::new(),
        }
    }

    fn profile(name: &str, version: &str) -> NameVersion {
        NameVersion {
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }

    fn named(name: &str, version: &str, file: &str) -> Named {
        Named {
            profile: profile(name, version),
            file: file.to_owned(),
        }
    }

    fn take(name: &str, version: &str, why: &str) -> NameDecision {
        NameDecision::Take {
            target: profile(name, version),
            why: why.to_owned(),
        }
    }

    #[test]
    fn the_second_of_two_equal_profiles_is_in_conflict() {
        let batch = [
            named("web", "1.0.0", "a.json"),
            named("web", "1.0.0", "b.json"),
            named("web", "1.0.1", "c.json"),
        ];
        let decisions = decide(
            &batch,
            &Destination::default(),
            &naming(OnConflict::Bump),
            &NameAnswers::new(),
        );
        let why = "`web` version 1.0.0 is taken by another profile of this run";
        assert_eq!(
            decisions,
            [
                take("web", "1.0.0", ""),
                take("web", "1.0.2", why),
                take("web", "1.0.1", "")
            ]
        );
    }

    #[test]
    fn an_answer_may_name_the_file_of_one_of_two_equal_profiles() {
        let batch = [
            named("web", "1.0.0", "a.json"),
            named("web", "1.0.0", "b.json"),
        ];
        let answer = |name: &str| NameAnswer {
            name: Some(name.to_owned()),
            version: None,
        };
        let answers = NameAnswers::from([
            ("b.json".to_owned(), answer("web-two")),
            ("web".to_owned(), answer("web-one")),
        ]);
        let decisions = decide(
            &batch,
            &Destination::default(),
            &naming(OnConflict::Fail),
            &answers,
        );
        let why = "the select file says so";
        assert_eq!(
            decisions,
            [take("web-one", "1.0.0", why), take("web-two", "1.0.0", why)]
        );
    }

    #[test]
    fn a_pre_release_is_raised_to_its_release() {
        let version = semver::Version::parse("1.2.3-rc.1").expect("a version");
        assert_eq!(
            raise(&version, BumpPart::Patch)
                .map(|next| next.to_string())
                .as_deref(),
            Some("1.2.3")
        );
        assert_eq!(
            raise(&version, BumpPart::Minor)
                .map(|next| next.to_string())
                .as_deref(),
            Some("1.3.0")
        );
    }

    #[test]
    fn a_rename_that_is_taken_too_is_refused() {
        let batch = [
            named("web-", "1.0.0", "a.json"),
            named("web", "1.0.0", "b.json"),
            named("web", "1.0.0", "c.json"),
        ];
        let decisions = decide(
            &batch,
            &Destination::default(),
            &naming(OnConflict::Rename),
            &NameAnswers::new(),
        );
        assert_eq!(
            decisions[2],
            NameDecision::Refuse {
                why: "`web` version 1.0.0 is taken by another profile of this run".to_owned(),
                help:
                    ", and so is `web-`: choose another `--rename-pattern`, or `--on-conflict bump`"
                        .to_owned(),
                free: vec![profile("web", "1.0.1")],
            }
        );
    }
}
