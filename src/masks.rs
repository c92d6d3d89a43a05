//! The masked values of a profile: what `masked-value` reports and a rewrite fills in; and the empty ones that it may fill
//! in too.

use std::borrow::Cow;

use crate::{
    destination::{PackSchema, PackVersion},
    finding::Level,
    profile::{Embedded, Profile, ProfileDocument, Slot},
    resolve::Resolution,
    sensitive, signs,
    syntax::{Kind, NodeId, NodeRef},
};

/// The mask that the Palette API returns for secrets (Terraform provider: masked variables, application profiles).
const MASK: &str = "********";

/// A masked value of a profile, or one that could be a secret and is empty.
#[derive(Debug, Clone)]
pub struct Mask<'a> {
    /// Where it is.
    pub place: MaskedPlace<'a>,
    /// The packs that hold it: several where they share their values through an anchor, none of a variable.
    pub packs: Vec<Cow<'a, str>>,
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
        /// The variable.
        variable: NodeRef<'a>,
        /// The node of the default; a variable that is empty may have none.
        default: Option<NodeRef<'a>>,
    },
    /// A scalar of an embedded text.
    Embedded {
        /// The text.
        embedded: &'a Embedded,
        /// The string of the profile that holds it.
        host: NodeRef<'a>,
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
    for mut sharing in document.shared_texts().map(Iterator::peekable) {
        let Some(&embedded) = sharing.peek() else {
            continue;
        };
        let masked = embedded.known(|| Masked::of(embedded));
        if masked.0.is_empty() {
            continue;
        }
        let sharing: Vec<&Embedded> = sharing.collect();
        let schemas = schemas_of(&sharing, resolutions);
        let names = sharing
            .iter()
            .filter_map(|text| packs.get(text.pack_index()))
            .map(|pack| pack.name());
        let names: Vec<_> = names.collect();
        for &id in &masked.0 {
            let node = embedded.stream().tree.node(id);
            let path = node.path().join(".");
            let levels = schemas.iter().map(|schemas| level_of(&path, node, schemas));
            masks.push(Mask {
                level: levels.max().unwrap_or(Level::Warning),
                place: MaskedPlace::Embedded {
                    embedded,
                    host: profile.root().tree().node(embedded.host()),
                    node,
                    path,
                },
                packs: names.clone(),
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
                    variable: variable.node(),
                    default: Some(default),
                },
                packs: Vec::new(),
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

/// The values of a profile that hold no secret where one may stand: defaults of sensitive variables, and values that the
/// pack schemas of the destinations call passwords. Palette leaves them empty where nobody gave one.
#[must_use]
pub fn empty_secrets<'a>(
    profile: Profile<'a>,
    document: &'a ProfileDocument,
    resolutions: &[Resolution<'_>],
) -> Vec<Mask<'a>> {
    let mut empty = Vec::new();
    for (pack, embedded) in profile
        .packs()
        .filter_map(|pack| Some((pack, document.values_of(pack.index())?)))
    {
        let versions = resolutions
            .iter()
            .filter_map(|resolution| resolution.version_of(pack.index()));
        let schemas: Vec<_> = versions.filter_map(PackVersion::pack_schema).collect();
        if schemas.is_empty() {
            continue;
        }
        for node in
            embedded.stream().tree.nodes().filter(|node| {
                node.kind() == Kind::String && node.text().is_empty() && !node.is_key()
            })
        {
            let path = node.path().join(".");
            if schemas.iter().any(|schema| schema.is_secret(&path)) {
                empty.push(Mask {
                    place: MaskedPlace::Embedded {
                        embedded,
                        host: profile.root().tree().node(embedded.host()),
                        node,
                        path,
                    },
                    packs: vec![pack.name()],
                    level: Level::Info,
                });
            }
        }
    }
    for variable in profile
        .variables()
        .filter(|variable| variable.is_sensitive())
    {
        let default = variable.get("defaultValue");
        let is_empty = |default: NodeRef<'_>| default.as_str().is_some_and(|text| text.is_empty());
        if default.is_none_or(is_empty) {
            empty.push(Mask {
                place: MaskedPlace::Variable {
                    name: variable.name().into_owned(),
                    variable: variable.node(),
                    default,
                },
                packs: Vec::new(),
                level: Level::Info,
            });
        }
    }
    empty
}

/// The nodes of a text that are masked.
struct Masked(Vec<NodeId>);

impl Masked {
    fn of(embedded: &Embedded) -> Self {
        // Most texts hold none, and this tells without a look at their nodes.
        if !embedded.has_sign(signs::MASK) {
            return Self(Vec::new());
        }
        let nodes = embedded.stream().tree.nodes();
        Self(
            nodes
                .filter(|node| is_masked(*node))
                .map(NodeRef::id)
                .collect(),
        )
    }
}

/// Whether a node is a value that consists of asterisks. One that is not quoted is read as an alias without anchor.
fn is_masked(node: NodeRef<'_>) -> bool {
    let is_text = match node.kind() {
        Kind::String => true,
        Kind::Alias => node.alias_target().is_none(),
        _ => false,
    };
    is_text && sensitive::is_mask(&node.text()) && !node.is_key()
}

/// What the schemas that the destinations have for packs with one text are, each set of them once. Those of manifests
/// are none of its business.
fn schemas_of<'d>(
    sharing: &[&Embedded],
    resolutions: &[Resolution<'d>],
) -> Vec<Vec<&'d PackSchema>> {
    let mut all: Vec<Vec<&PackSchema>> = Vec::new();
    let values = sharing.iter().filter(|text| text.slot() == Slot::Values);
    for text in values {
        let versions = resolutions.iter();
        let versions = versions.filter_map(|resolution| resolution.version_of(text.pack_index()));
        let schemas: Vec<_> = versions.filter_map(PackVersion::pack_schema).collect();
        let is_same = |other: &Vec<&PackSchema>| {
            other.len() == schemas.len()
                && std::iter::zip(other, &schemas).all(|(one, other)| std::ptr::eq(*one, *other))
        };
        if !all.iter().any(is_same) {
            all.push(schemas);
        }
    }
    all
}

fn level_of(path: &str, node: NodeRef<'_>, schemas: &[&PackSchema]) -> Level {
    let is_secret = schemas.iter().any(|schema| schema.is_secret(path));
    if is_secret || (schemas.is_empty() && node.text().trim() == MASK) {
        Level::Error
    } else {
        Level::Warning
    }
}
