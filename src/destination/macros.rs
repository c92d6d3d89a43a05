//! Macros of a destination.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DestinationFault, FaultKind, config::place_of};
use crate::{
    finding::Place,
    source::Source,
    syntax::{Kind, NodeRef},
};

/// Where a macro is defined. A narrower scope wins over a wider one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// In the project.
    Project,
    /// In the tenant.
    Tenant,
    /// By the system.
    System,
}

impl Scope {
    /// All of them, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Project, Self::Tenant, Self::System];

    /// Its name in files and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Tenant => "tenant",
            Self::System => "system",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// The macros of a destination: names and where they are defined. Values are not kept, they may be secrets.
#[derive(Debug, Clone, Default)]
pub struct Macros {
    scopes: BTreeMap<Scope, BTreeMap<String, Place>>,
    /// Those that will be there before an import.
    promised: BTreeMap<String, (Scope, Place)>,
}

impl Macros {
    /// The scope whose definition of a name counts, and where it is.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(Scope, &Place)> {
        self.find_all(name).next()
    }

    /// Every scope that defines a name, the narrowest first, and where it does.
    pub fn find_all(&self, name: &str) -> impl Iterator<Item = (Scope, &Place)> {
        let told = self
            .scopes
            .iter()
            .filter_map(move |(scope, names)| names.get(name).map(|place| (*scope, place)));
        let promised = self
            .promised
            .get(name)
            .map(|(scope, place)| (*scope, place));
        told.chain(promised)
    }

    /// Every name with its scope; a name in several scopes comes once for each.
    pub fn names(&self) -> impl Iterator<Item = (&str, Scope)> {
        self.scopes
            .iter()
            .flat_map(|(scope, names)| names.keys().map(|name| (name.as_str(), *scope)))
    }

    /// Whether the destination tells any scope.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// The scopes the destination does not tell.
    #[must_use]
    pub fn untold(&self) -> Vec<Scope> {
        Scope::ALL
            .into_iter()
            .filter(|scope| !self.scopes.contains_key(scope))
            .collect()
    }

    /// Promises a macro: it will be created before an import. The destination tells no more by it than it did.
    pub(super) fn promise(&mut self, name: String, scope: Scope, place: Place) {
        self.promised.entry(name).or_insert((scope, place));
    }

    /// Tells a scope, perhaps without any macro in it.
    pub fn tell(&mut self, scope: Scope) -> &mut BTreeMap<String, Place> {
        self.scopes.entry(scope).or_default()
    }
}

/// The names in a document of macros: the API's `{macros: [{name, value}]}`, the list alone, or a map of names to
/// values. `None` when it is none of these.
#[must_use]
pub fn names_in(root: NodeRef<'_>) -> Option<Vec<NodeRef<'_>>> {
    if let Some(list) = root.get("macros") {
        return match list.kind() {
            Kind::Array => named(list),
            Kind::Null => Some(Vec::new()),
            _ => None,
        };
    }
    match root.kind() {
        Kind::Array => named(root),
        Kind::Null => Some(Vec::new()),
        // An error of the API and other answers are objects as well.
        Kind::Object if root.get("code").is_some() && root.get("message").is_some() => None,
        Kind::Object => root
            .entries()
            .map(|(key, value)| {
                (!matches!(value.kind(), Kind::Array | Kind::Object)).then_some(key)
            })
            .collect(),
        _ => None,
    }
}

/// What is wrong with these names of a document: a macro without a name can be referred to by nothing, and one without
/// a value puts nothing in the place of its references. Where only names are told, values are not known.
#[must_use]
pub fn empty_macros(source: &Source, names: &[NodeRef<'_>]) -> Vec<DestinationFault> {
    let fault = |node, message: String| {
        let place = place_of(source, node);
        DestinationFault::new(FaultKind::EmptyMacro, place, message)
    };
    let faults = names.iter().filter_map(|&name| {
        let value = macro_value(name);
        let is_empty = value
            .is_some_and(|value| value.kind() == Kind::String && value.text().trim().is_empty());
        if name.text().trim().is_empty() {
            Some(fault(name, "a macro has no name".to_owned()))
        } else if is_empty {
            let message = format!("macro `{}` has an empty value", name.text());
            Some(fault(name, message).with_help(
                "where only names are told, leave out `value`, or write `null` in a map of names",
            ))
        } else {
            None
        }
    });
    faults.collect()
}

/// The value beside a name that [`names_in`] gives.
#[must_use]
pub fn macro_value(name: NodeRef<'_>) -> Option<NodeRef<'_>> {
    match name.own_entry() {
        Some((key, value)) if key == name => Some(value.resolved()),
        _ => name.parent()?.get("value"),
    }
}

fn named(list: NodeRef<'_>) -> Option<Vec<NodeRef<'_>>> {
    list.items().map(|item| item.get("name")).collect()
}
