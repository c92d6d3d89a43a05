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

use std::{collections::BTreeMap, fmt, path::Path};

use crate::{
    schema::Schema,
    source::{LineColumn, Source},
    syntax::{NodeRef, yaml},
};

/// What marks a value as the name of an environment variable.
const ENVIRONMENT: &str = "env:";

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself. Only what is written to an output file may hold it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
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

/// The secrets of a run.
#[derive(Debug, Default)]
pub struct Secrets {
    values: BTreeMap<Target, String>,
}

/// Why a secret cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("environment variable `{0}`, which the secrets file names, is not set")]
pub struct NotSet(String);

impl Secrets {
    /// Reads a secrets file, YAML or JSON.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, without any value of it.
    pub fn read(path: &Path, max_file_size: u64) -> Result<Self, String> {
        let shown = crate::input::shown_path(path);
        let source = Source::read(path, &shown, max_file_size)
            .map_err(|error| format!("`{shown}`: {error}"))?;
        if source.invalid_utf8_at().is_some() {
            return Err(format!("`{shown}`: the file is not UTF-8"));
        }
        let stream = yaml::parse(source.text());
        let at = |range: crate::source::TextRange| {
            let LineColumn { line, column } = source.lines().position(source.text(), range.start());
            format!("{shown}:{line}:{column}")
        };
        if let Some(fault) = stream.faults.first() {
            // The parser's message may quote the text around the fault.
            return Err(format!("{}: not YAML", at(fault.range)));
        }
        let Some(root) = stream
            .tree
            .documents()
            .next()
            .filter(|root| !root.is_null())
        else {
            return Ok(Self::default());
        };
        if let Some(violation) = Schema::Secrets.violations(root).into_iter().next() {
            let node = violation.unknown_key.unwrap_or(violation.node);
            return Err(format!("{}: {}", at(node.range()), violation.message));
        }
        Ok(Self::of(root))
    }

    fn of(root: NodeRef<'_>) -> Self {
        let mut values = BTreeMap::new();
        for (profile, parts) in root.get("profiles").into_iter().flat_map(NodeRef::entries) {
            for (pack, paths) in parts.get("packs").into_iter().flat_map(NodeRef::entries) {
                for (path, secret) in paths.entries() {
                    let target = Target::Value {
                        profile: profile.text().into_owned(),
                        pack: pack.text().into_owned(),
                        path: path.text().into_owned(),
                    };
                    values.insert(target, secret.text().into_owned());
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
                values.insert(target, secret.text().into_owned());
            }
        }
        Self { values }
    }

    /// The secret for a value of a pack, if one is given. `path` is the keys joined by dots.
    ///
    /// # Errors
    ///
    /// [`NotSet`] when it names an environment variable that is not set.
    pub fn value(
        &self,
        profile: &str,
        version: &str,
        pack: &str,
        path: &str,
    ) -> Result<Option<Secret>, NotSet> {
        self.find(profile, version, |profile| Target::Value {
            profile,
            pack: pack.to_owned(),
            path: path.to_owned(),
        })
    }

    /// The secret for a variable, if one is given.
    ///
    /// # Errors
    ///
    /// [`NotSet`] when it names an environment variable that is not set.
    pub fn variable(
        &self,
        profile: &str,
        version: &str,
        variable: &str,
    ) -> Result<Option<Secret>, NotSet> {
        self.find(profile, version, |profile| Target::Variable {
            profile,
            variable: variable.to_owned(),
        })
    }

    /// What is said of one version wins over what is said of all.
    fn find(
        &self,
        profile: &str,
        version: &str,
        target: impl Fn(String) -> Target,
    ) -> Result<Option<Secret>, NotSet> {
        let of_version = self.values.get(&target(format!("{profile}@{version}")));
        let Some(value) = of_version.or_else(|| self.values.get(&target(profile.to_owned())))
        else {
            return Ok(None);
        };
        match value.strip_prefix(ENVIRONMENT) {
            Some(name) => match std::env::var(name) {
                Ok(value) => Ok(Some(Secret(value))),
                Err(_) => Err(NotSet(name.to_owned())),
            },
            None => Ok(Some(Secret(value.clone()))),
        }
    }
}
