//! The file of `--secrets`: what to fill in where Palette masked a secret.
//!
//! ```yaml
//! profiles:
//!   web:                        # or web@1.0.0
//!     packs:
//!       keycloak:
//!         charts.keycloak.auth.adminPassword: env:KEYCLOAK_ADMIN
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

use super::{answers, names::NameVersion, need::SecretPlace};

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

/// Where a secret belongs: a profile, then a value of a pack, or a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Value {
        profile: String,
        pack: String,
        path: String,
    },
    Variable {
        profile: String,
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

    /// Gives a secret, or with `env:NAME` the name of the variable that holds it. `profile` is `NAME` or `NAME@VERSION`.
    pub fn give(&mut self, profile: &str, pack: Option<&str>, place: &SecretPlace, text: &str) {
        let profile = profile.to_owned();
        let target = match place {
            SecretPlace::Value(path) => Target::Value {
                profile,
                pack: pack.unwrap_or_default().to_owned(),
                path: path.clone(),
            },
            SecretPlace::Variable(name) => Target::Variable {
                profile,
                variable: name.clone(),
            },
        };
        self.values.insert(target, Given(text.to_owned()));
    }

    /// What is given, as the file says it: the profile, the pack, the place, and the secret or where it is to be found.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Option<&str>, SecretPlace, &str)> {
        self.values.iter().map(|(target, given)| match target {
            Target::Value {
                profile,
                pack,
                path,
            } => {
                let place = SecretPlace::Value(path.clone());
                (
                    profile.as_str(),
                    Some(pack.as_str()),
                    place,
                    given.0.as_str(),
                )
            }
            Target::Variable { profile, variable } => {
                let place = SecretPlace::Variable(variable.clone());
                (profile.as_str(), None, place, given.0.as_str())
            }
        })
    }

    /// The secret for a place of a profile, if one is given.
    ///
    /// # Errors
    ///
    /// [`NoSecret`] when what it gives, or the environment variable it names, is no secret.
    pub fn at(
        &self,
        profile: &NameVersion,
        pack: &str,
        place: &SecretPlace,
    ) -> Result<Option<Secret>, NoSecret> {
        let NameVersion { name, version } = profile;
        self.find(name, version, |profile| match place {
            SecretPlace::Value(path) => Target::Value {
                profile,
                pack: pack.to_owned(),
                path: path.clone(),
            },
            SecretPlace::Variable(variable) => Target::Variable {
                profile,
                variable: variable.clone(),
            },
        })
    }

    fn add(&mut self, root: NodeRef<'_>) {
        let values = &mut self.values;
        for (profile, parts) in root.get("profiles").into_iter().flat_map(NodeRef::entries) {
            for (pack, paths) in parts.get("packs").into_iter().flat_map(NodeRef::entries) {
                for (path, secret) in paths.entries() {
                    let target = Target::Value {
                        profile: profile.text().into_owned(),
                        pack: pack.text().into_owned(),
                        path: path.text().into_owned(),
                    };
                    values.insert(target, Given(secret.text().into_owned()));
                }
            }
            for (variable, secret) in parts
                .get("variables")
                .into_iter()
                .flat_map(NodeRef::entries)
            {
                let target = Target::Variable {
                    profile: profile.text().into_owned(),
                    variable: variable.text().into_owned(),
                };
                values.insert(target, Given(secret.text().into_owned()));
            }
        }
    }

    /// What is said of one version wins over what is said of all.
    fn find(
        &self,
        profile: &str,
        version: &str,
        target: impl Fn(String) -> Target,
    ) -> Result<Option<Secret>, NoSecret> {
        let names = [format!("{profile}@{version}"), profile.to_owned()];
        let Some((target, value)) = names
            .into_iter()
            .find_map(|name| self.values.get_key_value(&target(name)))
        else {
            return Ok(None);
        };
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

    /// Whether any secret stands in the file itself, and not only the name of an environment variable.
    #[must_use]
    pub fn has_texts(&self) -> bool {
        let mut given = self.values.values();
        given.any(|given| !given.0.starts_with(ENVIRONMENT))
    }

    /// Entries about one of these profiles (name and version) that no mask was filled from, for people.
    #[must_use]
    pub fn unused(&self, profiles: &[(&str, &str)]) -> Vec<String> {
        let names: BTreeSet<String> = profiles
            .iter()
            .flat_map(|(name, version)| [(*name).to_owned(), format!("{name}@{version}")])
            .collect();
        let Ok(used) = self.used.lock() else {
            return Vec::new();
        };
        self.values
            .keys()
            .filter(|target| !used.contains(target) && names.contains(target.profile()))
            .map(ToString::to_string)
            .collect()
    }

    /// Whether it has entries, but none about one of these profiles.
    #[must_use]
    pub fn is_about_others(&self, profiles: &[(&str, &str)]) -> bool {
        let is_one = |target: &Target| {
            let name = target.profile();
            let bare = name.rsplit_once('@').map_or(name, |(name, _)| name);
            profiles
                .iter()
                .any(|(profile, _)| *profile == name || *profile == bare)
        };
        !self.values.is_empty() && !self.values.keys().any(is_one)
    }
}

impl Target {
    fn profile(&self) -> &str {
        match self {
            Self::Value { profile, .. } | Self::Variable { profile, .. } => profile,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value {
                profile,
                pack,
                path,
            } => write!(f, "`{path}` of pack `{pack}` in profile `{profile}`"),
            Self::Variable { profile, variable } => {
                write!(f, "variable `{variable}` of profile `{profile}`")
            }
        }
    }
}
