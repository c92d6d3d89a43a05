//! The masked values of a profile: what `masked-value` reports and a rewrite fills in.

use crate::{
    destination::PackVersion,
    finding::Level,
    profile::{Embedded, Profile, ProfileDocument, Slot},
    resolve::Resolution,
    sensitive,
    syntax::{Kind, NodeRef},
};

/// The mask that the Palette API returns for secrets (Terraform provider: masked variables, application profiles).
const MASK: &str = "********";

/// A masked value of a profile.
#[derive(Debug, Clone)]
pub struct Mask<'a> {
    /// Where it is.
    pub place: MaskedPlace<'a>,
    /// The pack that holds it.
    pub pack: Option<String>,
    /// Whether it is a secret for certain.
    pub level: Level,
}

/// The places a mask can stand at.
#[derive(Debug, Clone)]
pub enum MaskedPlace<'a> {
    /// The default of a profile variable.
    Variable {
        /// The variable's name.
        name: String,
        /// The node of the default.
        default: NodeRef<'a>,
    },
    /// A scalar of an embedded text.
    Embedded {
        /// The text.
        embedded: &'a Embedded,
        /// The scalar.
        node: NodeRef<'a>,
        /// The keys that lead to it, joined by dots.
        path: String,
    },
}

/// Every mask of a profile. The pack schemas of the destinations tell which of them are secrets.
#[must_use]
pub fn masks<'a>(
    profile: Profile<'a>,
    document: &'a ProfileDocument,
    resolutions: &[Resolution<'_>],
) -> Vec<Mask<'a>> {
    let mut masks = Vec::new();
    let packs: Vec<_> = profile.packs().collect();
    for embedded in document.embedded() {
        // Most texts hold none, and this tells without a look at their nodes.
        if memchr::memmem::find(embedded.text().as_bytes(), b"****").is_none() {
            continue;
        }
        let pack = packs.get(embedded.pack_index());
        for node in embedded
            .stream()
            .tree
            .nodes()
            .filter(|node| is_masked(*node))
        {
            let path = node.path().join(".");
            let level = match embedded.slot() {
                Slot::Manifest(_) => Level::Warning,
                Slot::Values => level_of(&path, node, embedded.pack_index(), resolutions),
            };
            masks.push(Mask {
                place: MaskedPlace::Embedded {
                    embedded,
                    node,
                    path,
                },
                pack: pack.map(|pack| pack.name().into_owned()),
                level,
            });
        }
    }
    for variable in profile.variables() {
        if let Some(default) = variable
            .default_value()
            .filter(|default| sensitive::is_mask(&default.text()))
        {
            masks.push(Mask {
                place: MaskedPlace::Variable {
                    name: variable.name().into_owned(),
                    default,
                },
                pack: None,
                level: if variable.is_sensitive() {
                    Level::Error
                } else {
                    Level::Warning
                },
            });
        }
    }
    masks
}

/// Whether a node is a value that consists of asterisks. One that is not quoted is read as an alias without anchor.
fn is_masked(node: NodeRef<'_>) -> bool {
    let is_text = match node.kind() {
        Kind::String => true,
        Kind::Alias => node.alias_target().is_none(),
        _ => false,
    };
    let is_key = || node.own_entry().is_some_and(|(key, _)| key == node);
    is_text && sensitive::is_mask(&node.text()) && !is_key()
}

fn level_of(
    path: &str,
    node: NodeRef<'_>,
    pack_index: usize,
    resolutions: &[Resolution<'_>],
) -> Level {
    let mut schema_known = false;
    for resolution in resolutions {
        let version = resolution.version_of(pack_index);
        let Some(schema) = version.and_then(PackVersion::pack_schema) else {
            continue;
        };
        if schema.is_secret(path) {
            return Level::Error;
        }
        schema_known = true;
    }
    if schema_known || node.text().trim() != MASK {
        Level::Warning
    } else {
        Level::Error
    }
}
