//! The file of `--secrets`: what to fill in where Palette masked a secret.
//!
//! ```yaml
//! packs:                          # in every profile
//!   keycloak:
//!     charts.keycloak.auth.adminPassword: env:KEYCLOAK_ADMIN
//! profiles:
//!   web:                          # or web@1.0.0, or the file
//!     packs:
//!       keycloak:
//!         charts.keycloak.auth.adminPassword: env:KEYCLOAK_ADMIN_OF_WEB
//!     variables:
//!       dbPassword: env:DB_PASSWORD
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    env::VarError,
    fmt,
    path::Path,
    sync::Mutex,
};

use crate::{schema::Schema, syntax::NodeRef};

use super::{answers, names::AnswerKeys, need::SecretPlace};

/// What marks a value as the name of an environment variable.
const ENVIRONMENT: &str = "env:";

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    origin: String,
}

impl Secret {
    /// The text itself. Only what is written to an output file may hold it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Where it comes from, to follow "because".
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(<redacted>)")
    }
}

/// Where a secret belongs: a profile, `None` for all, then a value of a pack, or a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Value {
        profile: Option<String>,
        pack: String,
        path: String,
    },
    Variable {
        profile: Option<String>,
        variable: String,
    },
}

/// What the file gives: a secret, or where it is to be found.
#[derive(Clone)]
struct Given(String);

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(<redacted>)")
    }
}

/// The secrets of a run.
#[derive(Debug, Default)]
pub struct Secrets {
    values: BTreeMap<Target, Given>,
    used: Mutex<BTreeSet<Target>>,
}

/// Why a secret cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    /// An environment variable that is not there.
    #[error("environment variable `{0}`, which the secrets file names, is not set")]
    NotSet(String),
    /// An environment variable without a text, as a pipeline leaves one whose secret is missing.
    #[error("environment variable `{0}`, which the secrets file names, is empty")]
    Empty(String),
    /// An environment variable that is no text.
    #[error("environment variable `{0}`, which the secrets file names, is not UTF-8")]
    NotUnicode(String),
    /// An empty text in the file.
    #[error("the secrets file gives an empty text")]
    EmptyText,
}

impl Secrets {
    /// Reads a secrets file, YAML or JSON.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, without any value of it.
    pub fn read(path: &Path, max_file_size: u64) -> Result<Self, String> {
        let mut secrets = Self::default();
        answers::read(path, Schema::Secrets, max_file_size, |root| {
            secrets.add(root);
        })?;
        Ok(secrets)
    }

    /// Gives a secret, or with `env:NAME` the name of the variable that holds it. `profile` is one of the
    /// [`AnswerKeys`] of a profile, or `None` for all.
    pub fn give(
        &mut self,
        profile: Option<&str>,
        pack: Option<&str>,
        place: &SecretPlace,
        text: &str,
    ) {
        let target = Target::new(profile, pack.unwrap_or_default(), place);
        self.values.insert(target, Given(text.to_owned()));
    }

    /// What is given, as the file says it: the profile, `None` for all, the pack, the place, and the secret or where it is
    /// to be found.
    pub fn entries(&self) -> impl Iterator<Item = (Option<&str>, Option<&str>, SecretPlace, &str)> {
        self.values.iter().map(|(target, given)| match target {
            Target::Value {
                profile,
                pack,
                path,
            } => {
                let place = SecretPlace::Value(path.clone());
                (
                    profile.as_deref(),
                    Some(pack.as_str()),
                    place,
                    given.0.as_str(),
                )
            }
            Target::Variable { profile, variable } => {
                let place = SecretPlace::Variable(variable.clone());
                (profile.as_deref(), None, place, given.0.as_str())
            }
        })
    }

    /// The secret for a place of a profile, if one is given. The most precise entry that is not empty counts.
    ///
    /// # Errors
    ///
    /// [`NoSecret`] when what it gives, or the environment variable it names, is no secret.
    pub fn at(
        &self,
        profile: &AnswerKeys,
        pack: &str,
        place: &SecretPlace,
    ) -> Result<Option<Secret>, NoSecret> {
        let keys = profile.iter().map(Some).chain([None]);
        let given: Vec<(&Target, &Given)> = keys
            .filter_map(|key| self.values.get_key_value(&Target::new(key, pack, place)))
            .collect();
        let Some(most_precise) = given.first() else {
            return Ok(None);
        };
        let is_filled = |(_, given): &&(&Target, &Given)| !given.0.is_empty();
        let (target, value) = *given.iter().find(is_filled).unwrap_or(most_precise);
        if let Ok(mut used) = self.used.lock() {
            used.insert(target.clone());
        }
        let Some(variable) = value.0.strip_prefix(ENVIRONMENT) else {
            if value.0.is_empty() {
                return Err(NoSecret::EmptyText);
            }
            return Ok(Some(Secret {
                text: value.0.clone(),
                origin: "the secrets file gives it".to_owned(),
            }));
        };
        let name = variable.to_owned();
        match std::env::var(variable) {
            Ok(text) if text.is_empty() => Err(NoSecret::Empty(name)),
            Ok(text) => Ok(Some(Secret {
                text,
                origin: format!("environment variable `{variable}` gives it"),
            })),
            Err(VarError::NotPresent) => Err(NoSecret::NotSet(name)),
            Err(VarError::NotUnicode(_)) => Err(NoSecret::NotUnicode(name)),
        }
    }

    fn add(&mut self, root: NodeRef<'_>) {
        self.add_parts(None, root);
        for (profile, parts) in root.get("profiles").into_iter().flat_map(NodeRef::entries) {
            self.add_parts(Some(&profile.text()), parts);
        }
    }

    fn add_parts(&mut self, profile: Option<&str>, parts: NodeRef<'_>) {
        for (pack, paths) in parts.get("packs").into_iter().flat_map(NodeRef::entries) {
            for (path, secret) in paths.entries() {
                let place = SecretPlace::Value(path.text().into_owned());
                self.give(profile, Some(&pack.text()), &place, &secret.text());
            }
        }
        let variables = parts.get("variables").into_iter();
        for (variable, secret) in variables.flat_map(NodeRef::entries) {
            let place = SecretPlace::Variable(variable.text().into_owned());
            self.give(profile, None, &place, &secret.text());
        }
    }

    /// Whether any secret stands in the file itself, and not only the name of an environment variable.
    #[must_use]
    pub fn has_texts(&self) -> bool {
        let mut given = self.values.values();
        given.any(|given| !given.0.starts_with(ENVIRONMENT))
    }

    /// Entries about one of these profiles, or about all, that no mask was filled from, for people. What is empty gives
    /// nothing.
    #[must_use]
    pub fn unused(&self, profiles: &[AnswerKeys]) -> Vec<String> {
        let keys: BTreeSet<&str> = profiles.iter().flat_map(AnswerKeys::iter).collect();
        let Ok(used) = self.used.lock() else {
            return Vec::new();
        };
        let is_here = |target: &Target| {
            target
                .profile()
                .is_none_or(|profile| keys.contains(profile))
        };
        let given = self.values.iter().filter(|(_, given)| !given.0.is_empty());
        given
            .filter(|(target, _)| !used.contains(target) && is_here(target))
            .map(|(target, _)| target.to_string())
            .collect()
    }

    /// Whether it has entries, but none about one of these profiles.
    #[must_use]
    pub fn is_about_others(&self, profiles: &[AnswerKeys]) -> bool {
        let is_one = |target: &Target| {
            target.profile().is_none_or(|name| {
                let bare = name.rsplit_once('@').map_or(name, |(name, _)| name);
                profiles.iter().any(|keys| keys.has(name) || keys.has(bare))
            })
        };
        !self.values.is_empty() && !self.values.keys().any(is_one)
    }
}

impl Target {
    fn new(profile: Option<&str>, pack: &str, place: &SecretPlace) -> Self {
        let profile = profile.map(str::to_owned);
        match place {
            SecretPlace::Value(path) => Self::Value {
                profile,
                pack: pack.to_owned(),
                path: path.clone(),
            },
            SecretPlace::Variable(variable) => Self::Variable {
                profile,
                variable: variable.clone(),
            },
        }
    }

    fn profile(&self) -> Option<&str> {
        match self {
            Self::Value { profile, .. } | Self::Variable { profile, .. } => profile.as_deref(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = match self.profile() {
            Some(profile) => format!("profile `{profile}`"),
            None => "every profile".to_owned(),
        };
        match self {
            Self::Value { pack, path, .. } => write!(f, "`{path}` of pack `{pack}` in {profile}"),
            Self::Variable { variable, .. } => write!(f, "variable `{variable}` of {profile}"),
        }
    }
}
