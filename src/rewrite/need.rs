//! What only a person can answer: the questions that an import of a profile asks.

use crate::{
    destination::{Destination, PackVersion, Registry, Stage},
    finding::Place,
};

use super::names::NameVersion;

/// A question about one profile at one destination that nothing has answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The question.
    pub question: Question,
    /// The pack it is about.
    pub pack: Option<String>,
    /// Where the answer belongs.
    pub place: Place,
    /// Whether the profile can be imported without an answer.
    pub is_optional: bool,
}

/// The kinds of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Name and version are taken: what is it called instead?
    Name {
        /// Why it cannot be called as it is.
        why: String,
        /// Names and versions that are free.
        free: Vec<NameVersion>,
    },
    /// Several registries could serve a pack: which one?
    Registry {
        /// What registries call the pack: of a repeated one, the name behind the `--`.
        name: String,
        /// The registries.
        candidates: Vec<Candidate>,
    },
    /// A secret was masked, or never given.
    Secret(SecretPlace),
    /// A text stands in for a value.
    Placeholder {
        /// The text.
        text: String,
    },
    /// A macro has to be created at the destination.
    Macro {
        /// Its name.
        name: String,
        /// A macro that is there and that may be meant.
        near: Option<String>,
    },
}

/// What the secrets file calls a place of a profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretPlace {
    /// A value of a pack, by its keys joined by dots.
    Value(String),
    /// The default of a profile variable, by its name.
    Variable(String),
}

/// A registry that could serve a pack, with what helps to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub registry: String,
    /// Its kind, and what an OCI registry serves: `oci/pack`. Empty when it is not told.
    pub kind: String,
    /// The version that it would give; `None` where its content cannot be listed.
    pub version: Option<String>,
    /// Where that version is in its life, where that is not simply offered.
    pub stage: Option<&'static str>,
}

impl Candidate {
    /// A registry that could serve a pack, with the version that it would give.
    #[must_use]
    pub fn new(registry: &Registry, version: Option<&PackVersion>) -> Self {
        let kind = match (registry.kind.name(), registry.provider_type.as_str()) {
            (kind, "") => kind.to_owned(),
            (kind, serves) => format!("{kind}/{serves}"),
        };
        let stage = version.map(|version| version.life.stage());
        Self {
            registry: registry.name.clone(),
            kind,
            version: version.map(|version| version.version.clone()),
            stage: stage
                .filter(|stage| *stage != Stage::Offered)
                .map(Stage::name),
        }
    }

    /// Registries whose content cannot be listed, by their numbers.
    #[must_use]
    pub fn unlisted(destination: &Destination, registries: &[usize]) -> Vec<Self> {
        let registries = registries.iter();
        registries
            .filter_map(|&number| Some(Self::new(destination.registry(number)?, None)))
            .collect()
    }

    /// What helps to choose it, in words: its version, its kind, its life.
    #[must_use]
    pub fn details(&self) -> String {
        let version = self.version.as_deref();
        let version = version.unwrap_or("its content cannot be listed").to_owned();
        let kind = Some(self.kind.clone()).filter(|kind| !kind.is_empty());
        let parts = [Some(version), kind, self.stage.map(str::to_owned)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}
