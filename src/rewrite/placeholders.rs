//! The file of `rewrite --values`: what takes the place of texts that stand in for a value.
//!
//! ```yaml
//! placeholders:                 # in every profile
//!   <AWS_REGION>: eu-north-1
//! profiles:
//!   web:                        # or web@1.0.0, or the file
//!     placeholders:
//!       <AWS_REGION>: eu-west-1
//!     packs:
//!       grafana:
//!         changeme: "{{ .spectro.macro.grafana_realm }}"
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Mutex,
};

use crate::{schema::Schema, syntax::NodeRef};

use super::{answers, names::AnswerKeys};

/// Where a value counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Within {
    /// One of the [`AnswerKeys`] of a profile; `None` for all.
    pub profile: Option<String>,
    /// The pack; `None` for the whole profile.
    pub pack: Option<String>,
}

impl Within {
    /// Everywhere.
    pub const ALL: Self = Self {
        profile: None,
        pack: None,
    };
}

/// The values of a run.
#[derive(Debug, Default)]
pub struct Values {
    values: BTreeMap<Within, BTreeMap<String, String>>,
    flags: BTreeMap<String, String>,
    used: Mutex<BTreeSet<(Option<Within>, String)>>,
}

impl Values {
    /// Reads a file of values, YAML or JSON. What is empty is not answered.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, without any value of it.
    pub fn read(path: &Path, max_file_size: u64) -> Result<Self, String> {
        let mut values = Self::default();
        answers::read(path, Schema::Placeholders, max_file_size, |root| {
            values.add(root);
        })?;
        Ok(values)
    }

    fn add(&mut self, root: NodeRef<'_>) {
        let name = |node: NodeRef<'_>| Some(node.text().into_owned());
        self.add_all(&Within::ALL, root.get("placeholders"));
        for (profile, parts) in root.get("profiles").into_iter().flat_map(NodeRef::entries) {
            let within = |pack| Within {
                profile: name(profile),
                pack,
            };
            self.add_all(&within(None), parts.get("placeholders"));
            for (pack, map) in parts.get("packs").into_iter().flat_map(NodeRef::entries) {
                self.add_all(&within(name(pack)), Some(map));
            }
        }
    }

    fn add_all(&mut self, within: &Within, map: Option<NodeRef<'_>>) {
        for (key, value) in map.into_iter().flat_map(NodeRef::entries) {
            let value = value.text();
            if !value.is_empty() {
                self.give(within.clone(), &key.text(), &value);
            }
        }
    }

    /// Gives a value.
    pub fn give(&mut self, within: Within, key: &str, value: &str) {
        let values = self.values.entry(within).or_default();
        values.insert(key.to_owned(), value.to_owned());
    }

    /// Gives the values of `--set`, which count before all others.
    pub fn set_flags(&mut self, flags: BTreeMap<String, String>) {
        self.flags = flags;
    }

    /// What is given but by flags: where it counts, the stand-in, and its value.
    pub fn entries(&self) -> impl Iterator<Item = (&Within, &str, &str)> {
        self.values.iter().flat_map(|(within, values)| {
            values
                .iter()
                .map(move |(key, value)| (within, key.as_str(), value.as_str()))
        })
    }

    /// The value for a stand-in of a profile, and who gives it, to follow "because". The most precise entry counts; one
    /// for the text as it is written before one for its bare name.
    #[must_use]
    pub fn find(
        &self,
        profile: &AnswerKeys,
        pack: Option<&str>,
        text: &str,
    ) -> Option<(&str, &'static str)> {
        let keys = [text, bare(text)];
        if let Some((key, value)) = keys.iter().find_map(|key| self.flags.get_key_value(*key)) {
            self.mark(None, key);
            return Some((value, "`--set` says so"));
        }
        let packs = pack.map(|pack| Some(pack.to_owned())).into_iter();
        let precise = packs.chain([None]).flat_map(|pack| {
            profile.iter().map(move |profile| Within {
                profile: Some(profile.to_owned()),
                pack: pack.clone(),
            })
        });
        for within in precise.chain([Within::ALL]) {
            let Some(values) = self.values.get(&within) else {
                continue;
            };
            if let Some((key, value)) = keys.iter().find_map(|key| values.get_key_value(*key)) {
                self.mark(Some(within), key);
                return Some((value, "the values file gives it"));
            }
        }
        None
    }

    fn mark(&self, within: Option<Within>, key: &str) {
        if let Ok(mut used) = self.used.lock() {
            used.insert((within, key.to_owned()));
        }
    }

    /// The entries that took the place of nothing: what gives them, and the stand-in. Those about profiles that are not
    /// among `profiles` are left out.
    #[must_use]
    pub fn unused(&self, profiles: &[AnswerKeys]) -> Vec<(&'static str, String)> {
        let Ok(used) = self.used.lock() else {
            return Vec::new();
        };
        let is_here = |within: &Within| {
            let profile = within.profile.as_deref();
            profile.is_none_or(|name| profiles.iter().any(|keys| keys.has(name)))
        };
        let flags = self.flags.keys().map(|key| (None, key.as_str()));
        let values = self.entries().filter(|(within, ..)| is_here(within));
        let values = values.map(|(within, key, _)| (Some(within.clone()), key));
        flags
            .chain(values)
            .filter(|(within, key)| !used.contains(&(within.clone(), (*key).to_owned())))
            .map(|(within, key)| {
                let by = within.map_or("`--set`", |_| "the values file");
                (by, key.to_owned())
            })
            .collect()
    }
}

/// The name of a stand-in, without the characters around it: `AWS_REGION` of `<AWS_REGION>`.
#[must_use]
pub fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| !character.is_alphanumeric())
}

/// Whether a stand-in has a name of its own, so that it means the same wherever it stands. `changeme` does not.
#[must_use]
pub fn is_named(text: &str) -> bool {
    const NAMELESS: [&str; 6] = [
        "changeme",
        "replaceme",
        "placeholder",
        "password",
        "token",
        "your",
    ];
    let letters: String = text
        .chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    !NAMELESS.contains(&letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::names::{NameVersion, Named};

    #[test]
    fn the_most_precise_entry_counts() {
        let mut values = Values::default();
        let within = |profile: &str, pack: Option<&str>| Within {
            profile: Some(profile.to_owned()),
            pack: pack.map(str::to_owned),
        };
        values.give(Within::ALL, "REGION", "all");
        values.give(within("web", None), "<REGION>", "web");
        values.give(within("web@1.0.0", Some("dns")), "<REGION>", "dns");
        let find = |version: &str, pack, text| {
            let named = Named {
                profile: NameVersion {
                    name: "web".to_owned(),
                    version: version.to_owned(),
                },
                file: "web.json".to_owned(),
            };
            let found = values.find(&named.keys(), pack, text);
            found.map(|(value, _)| value)
        };
        assert_eq!(find("1.0.0", Some("dns"), "<REGION>"), Some("dns"));
        assert_eq!(find("2.0.0", Some("dns"), "<REGION>"), Some("web"));
        assert_eq!(find("1.0.0", None, "${REGION}"), Some("all"));
        assert_eq!(find("1.0.0", None, "<ZONE>"), None);
    }

    #[test]
    fn stand_ins_without_a_name_mean_something_else_everywhere() {
        for text in ["changeme", "CHANGE_ME", "<PLACEHOLDER>", "__replace-me__"] {
            assert!(!is_named(text), "{text}");
        }
        for text in ["<AWS_REGION>", "${REPO_URL}", "<your-domain>"] {
            assert!(is_named(text), "{text}");
        }
    }
}
