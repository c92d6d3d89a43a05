//! The names and versions that profiles get at a destination.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;

use crate::destination::Destination;

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

/// A profile's name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameVersion {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
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
    /// It cannot be imported, because of this.
    Refuse(String),
}

/// Decides for all profiles of a batch, in their order. A profile that is in no conflict keeps its name; the others
/// get what is free then.
#[must_use]
pub fn decide(
    profiles: &[NameVersion],
    destination: &Destination,
    naming: &Naming,
) -> Vec<NameDecision> {
    let mut taken: BTreeSet<NameVersion> = BTreeSet::new();
    let wanted: Vec<NameVersion> = profiles
        .iter()
        .map(|profile| naming.wanted(profile))
        .collect();
    let is_free_there =
        |target: &NameVersion| destination.profile(&target.name, &target.version).is_none();
    let first_free: Vec<bool> = wanted
        .iter()
        .map(|target| is_free_there(target) && taken.insert(target.clone()))
        .collect();
    let mut decisions = Vec::with_capacity(profiles.len());
    for ((profile, target), is_free) in profiles.iter().zip(wanted).zip(first_free) {
        if is_free {
            let why = naming.why_wanted(profile, &target);
            decisions.push(NameDecision::Take { target, why });
            continue;
        }
        let conflict = if is_free_there(&target) {
            "taken by another profile of this run".to_owned()
        } else {
            format!("taken at `{}`", destination.name())
        };
        let decision = naming.resolve(&target, &conflict, destination.name(), |target| {
            is_free_there(target) && !taken.contains(target)
        });
        if let NameDecision::Take { target, .. } = &decision {
            taken.insert(target.clone());
        }
        decisions.push(decision);
    }
    decisions
}

impl Naming {
    fn wanted(&self, profile: &NameVersion) -> NameVersion {
        NameVersion {
            name: self
                .names
                .get(&profile.name)
                .unwrap_or(&profile.name)
                .clone(),
            version: self
                .versions
                .get(&profile.name)
                .unwrap_or(&profile.version)
                .clone(),
        }
    }

    fn why_wanted(&self, profile: &NameVersion, target: &NameVersion) -> String {
        match (
            profile.name == target.name,
            profile.version == target.version,
        ) {
            (true, true) => String::new(),
            (false, true) => "`--name` says so".to_owned(),
            (true, false) => "`--set-version` says so".to_owned(),
            (false, false) => "`--name` and `--set-version` say so".to_owned(),
        }
    }

    fn resolve(
        &self,
        target: &NameVersion,
        conflict: &str,
        destination: &str,
        is_free: impl Fn(&NameVersion) -> bool,
    ) -> NameDecision {
        let shown = format!("`{}` version {}", target.name, target.version);
        match self.on_conflict {
            OnConflict::Fail => NameDecision::Refuse(format!(
                "{shown} is {conflict}: choose `--on-conflict rename`, `bump` or `skip`, or name it with `--name` or `--set-version`"
            )),
            OnConflict::Skip => NameDecision::Skip(format!("{shown} is {conflict}")),
            OnConflict::Rename => {
                let name = fill_in(&self.rename_pattern, target, destination);
                let renamed = NameVersion {
                    name,
                    version: target.version.clone(),
                };
                if is_free(&renamed) {
                    NameDecision::Take {
                        target: renamed,
                        why: format!("{shown} is {conflict}"),
                    }
                } else {
                    NameDecision::Refuse(format!(
                        "{shown} is {conflict}, and so is `{}`: choose another `--rename-pattern`, or `--on-conflict bump`",
                        renamed.name
                    ))
                }
            }
            OnConflict::Bump => self.bumped(target, conflict, &shown, is_free),
        }
    }

    fn bumped(
        &self,
        target: &NameVersion,
        conflict: &str,
        shown: &str,
        is_free: impl Fn(&NameVersion) -> bool,
    ) -> NameDecision {
        let Ok(mut version) = semver::Version::parse(&target.version) else {
            return NameDecision::Refuse(format!(
                "{shown} is {conflict}, and its version is no semantic version that could be raised: give it one with `--set-version`"
            ));
        };
        // Each step gives a version that was not tried before, so this ends when what is taken is used up.
        loop {
            let Some(next) = raise(&version, self.bump) else {
                return NameDecision::Refuse(format!(
                    "{shown} is {conflict}, and its version cannot be raised further"
                ));
            };
            version = next;
            let bumped = NameVersion {
                name: target.name.clone(),
                version: version.to_string(),
            };
            if is_free(&bumped) {
                return NameDecision::Take {
                    target: bumped,
                    why: format!("{shown} is {conflict}"),
                };
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

    fn take(name: &str, version: &str, why: &str) -> NameDecision {
        NameDecision::Take {
            target: profile(name, version),
            why: why.to_owned(),
        }
    }

    #[test]
    fn the_second_of_two_equal_profiles_is_in_conflict() {
        let batch = [
            profile("web", "1.0.0"),
            profile("web", "1.0.0"),
            profile("web", "1.0.1"),
        ];
        let decisions = decide(&batch, &Destination::default(), &naming(OnConflict::Bump));
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
            profile("web-", "1.0.0"),
            profile("web", "1.0.0"),
            profile("web", "1.0.0"),
        ];
        let decisions = decide(&batch, &Destination::default(), &naming(OnConflict::Rename));
        assert!(
            matches!(&decisions[2], NameDecision::Refuse(_)),
            "{decisions:?}"
        );
    }
}
