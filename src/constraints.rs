//! The values of a profile's packs beside the rules that the packs have for them at a destination.
//!
//! The server checks them while a profile is created or updated (Palette documentation, "Pack Constraints"), so an
//! import meets them too.

use std::{borrow::Cow, cell::OnceCell, sync::Arc};

use foldhash::{HashMap, HashSet};

use crate::{
    destination::{PackSchema, PackVersion, ValueRule},
    profile::{Embedded, Pack, Profile, ProfileDocument},
    resolve::Resolution,
    sensitive,
    syntax::{
        Kind, NodeId, NodeRef,
        reference::{self, Family, Reference},
        yaml::Stream,
    },
};

/// What stands in a path for each item of a list.
const EACH_ITEM: &str = "$[]";

/// The most keys of a path that is looked for.
const MOST_KEYS: usize = 64;

/// A pack whose values can be held against the rules it has for them.
#[derive(Debug, Clone, Copy)]
pub struct RuledPack<'a> {
    /// The pack in the profile.
    pub pack: Pack<'a>,
    /// Its version at the destination.
    pub version: &'a PackVersion,
    /// The rules.
    pub schema: &'a PackSchema,
    /// Its values in the profile.
    pub values: &'a Embedded,
}

/// The packs of a profile that a destination knows the rules of. Values that are empty are left out, and those of
/// which only a part could be read or that a template engine fills: what is not in them may be there all the same.
pub fn ruled_packs<'a>(
    packs: &'a [Pack<'a>],
    document: &'a ProfileDocument,
    resolution: &'a Resolution<'_>,
) -> impl Iterator<Item = RuledPack<'a>> {
    packs.iter().filter_map(|&pack| {
        let version = resolution.version_of(pack.index())?;
        let values = document.values_of(pack.index())?;
        let schema = version.pack_schema()?;
        let stream = values.stream();
        let is_whole = stream.faults.is_empty() && stream.loose_templates.is_empty();
        let is_filled = !values.text().trim().is_empty();
        (is_whole && is_filled).then_some(RuledPack {
            pack,
            version,
            schema,
            values,
        })
    })
}

/// What a path leads to.
#[derive(Debug, Default)]
pub struct Located<'t> {
    /// The values there.
    pub values: Vec<NodeRef<'t>>,
    /// Where there is none although there could be one: the last object on the way.
    pub absent: Vec<NodeRef<'t>>,
    /// Whether there is none because there is nothing at all but comments.
    pub is_all_absent: bool,
}

/// Looks for the values at a path. Its keys are joined by dots and may hold dots themselves, as those of Palette's own
/// references do, so every way to split it is tried.
#[must_use]
pub fn locate<'t>(stream: &'t Stream, path: &str) -> Located<'t> {
    let segments: Vec<&str> = path.split('.').collect();
    let mut located = Located::default();
    if segments.len() > MOST_KEYS {
        return located;
    }
    let sections: Vec<&[&str]> = segments.split(|segment| *segment == EACH_ITEM).collect();
    let roots: Vec<NodeRef<'t>> = stream.tree.filled_documents().collect();
    let [first, rest @ ..] = sections.as_slice() else {
        return located;
    };
    located.is_all_absent = roots.is_empty() && rest.is_empty();
    // Several documents are one set of values: what one of them does not have another one may.
    let mut walk = Walk::default();
    for &root in &roots {
        walk.follow(root, first);
    }
    let mut found = walk.found;
    if found.is_empty() && rest.is_empty() {
        located.absent.extend(walk.deepest.map(|(_, node)| node));
    }
    for (number, section) in rest.iter().enumerate() {
        let is_last = number + 1 == rest.len();
        let mut next = Vec::new();
        for item in found.into_iter().flat_map(NodeRef::items) {
            let mut walk = Walk::default();
            walk.follow(item, section);
            if walk.found.is_empty() && is_last {
                located.absent.extend(walk.deepest.map(|(_, node)| node));
            }
            next.append(&mut walk.found);
        }
        found = next;
    }
    found.sort_by_key(|value| value.id());
    located.values = found;
    located
}

#[derive(Default)]
struct Walk<'t> {
    found: Vec<NodeRef<'t>>,
    /// How many segments lead to the object where the way ended, and that object.
    deepest: Option<(usize, NodeRef<'t>)>,
    /// Aliases lead to one node in several ways.
    seen: HashSet<(NodeId, usize)>,
}

impl<'t> Walk<'t> {
    fn follow(&mut self, from: NodeRef<'t>, segments: &[&str]) {
        let mut open = vec![(from, 0)];
        while let Some((node, at)) = open.pop() {
            if !self.seen.insert((node.id(), at)) {
                continue;
            }
            let rest = segments.get(at..).unwrap_or_default();
            if rest.is_empty() {
                self.found.push(node);
                continue;
            }
            if node.kind() != Kind::Object {
                continue;
            }
            if self.deepest.is_none_or(|(deepest, _)| at >= deepest) {
                self.deepest = Some((at, node));
            }
            let mut key = String::new();
            for (taken, segment) in rest.iter().enumerate() {
                if taken > 0 {
                    key.push('.');
                }
                key.push_str(segment);
                if let Some(value) = node.get(&key) {
                    open.push((value, at + taken + 1));
                }
            }
        }
    }
}

/// What a node gives as a value.
#[derive(Debug)]
pub enum Given<'a> {
    /// Nothing: null, or a text without a character.
    Nothing,
    /// A list or a map.
    Container,
    /// A scalar.
    Scalar(GivenScalar<'a>),
    /// What only the deployment tells: references to macros and packs, variables without a default, masks.
    Untold,
}

/// A scalar, with the defaults of variables in place of references to them.
#[derive(Debug)]
pub struct GivenScalar<'a> {
    /// Its text.
    pub text: Cow<'a, str>,
    /// Its kind.
    pub kind: Kind,
    /// The default of a variable that is a part of it.
    pub default: Option<NodeRef<'a>>,
    /// Whether it must not be shown.
    pub is_secret: bool,
}

/// The variables of a profile, for values that refer to them.
#[derive(Debug)]
pub struct Defaults<'t> {
    profile: Profile<'t>,
    /// The default of each variable and whether that is a secret, when first asked: few values that are held against rules
    /// refer to one.
    by_name: OnceCell<HashMap<Cow<'t, str>, (NodeRef<'t>, bool)>>,
}

impl<'t> Defaults<'t> {
    /// The defaults of a profile's variables.
    #[must_use]
    pub fn of(profile: Profile<'t>) -> Self {
        Self {
            profile,
            by_name: OnceCell::new(),
        }
    }

    fn named(&self, name: &str) -> Option<(NodeRef<'t>, bool)> {
        let by_name = self.by_name.get_or_init(|| {
            let defaults = self.profile.variables().filter_map(|variable| {
                let default = variable.default_value()?;
                let text = default.text();
                let is_told =
                    !text.is_empty() && !text.contains("{{") && !sensitive::is_mask(&text);
                is_told.then_some((variable.name(), (default, variable.is_sensitive())))
            });
            defaults.collect()
        });
        by_name.get(name).copied()
    }

    /// What a node gives as the value that a rule is about.
    #[must_use]
    pub fn read(&self, node: NodeRef<'t>, rule: &ValueRule) -> Given<'t> {
        match node.kind() {
            Kind::Null => return Given::Nothing,
            Kind::Array | Kind::Object => return Given::Container,
            Kind::Alias => return Given::Untold,
            Kind::Bool | Kind::Number | Kind::String => {}
        }
        let text = node.text();
        if text.trim().is_empty() {
            return Given::Nothing;
        }
        if sensitive::is_mask(&text) {
            return Given::Untold;
        }
        let is_secret = rule.is_secret || sensitive::is_secret(node);
        if !text.contains("{{") {
            return Given::Scalar(GivenScalar {
                text,
                kind: node.kind(),
                default: None,
                is_secret,
            });
        }
        match self.substitute(&text) {
            Some((text, default, is_sensitive)) => Given::Scalar(GivenScalar {
                text: Cow::Owned(text),
                kind: Kind::String,
                default,
                is_secret: is_secret || is_sensitive,
            }),
            None => Given::Untold,
        }
    }

    /// A text with defaults in place of variables, one of the defaults, and whether any is a secret.
    fn substitute(&self, text: &str) -> Option<(String, Option<NodeRef<'t>>, bool)> {
        let mut filled = String::new();
        let mut default = None;
        let mut is_sensitive = false;
        let mut end = 0;
        for reference in reference::scan(text) {
            let (node, sensitive) = self.named(variable(&reference)?)?;
            filled.push_str(text.get(end..reference.range.start)?);
            filled.push_str(&node.text());
            end = reference.range.end;
            default = default.or(Some(node));
            is_sensitive |= sensitive;
        }
        filled.push_str(text.get(end..)?);
        // Templates of other engines stay.
        (!filled.contains("{{")).then_some((filled, default, is_sensitive))
    }
}

/// The variable that a reference gives as it is.
fn variable<'t>(reference: &Reference<'t>) -> Option<&'t str> {
    let is_plain = reference.problems.is_empty() && reference.pipeline.is_empty();
    let family = reference.family.as_ref()?.value;
    let name = reference.path.first()?.value;
    (is_plain && family == Family::Var).then_some(name)
}

/// What a rule says of its value to people, for the help of a finding.
#[must_use]
pub fn hint(rule: &ValueRule, destination: &Arc<str>) -> Option<String> {
    let hints = rule.hints.iter().map(|hint| hint.trim());
    let hints: Vec<&str> = hints.filter(|hint| !hint.is_empty()).collect();
    (!hints.is_empty()).then(|| format!("the pack at `{destination}` says: {}", hints.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::yaml;

    fn located(text: &str, path: &str) -> String {
        let stream = yaml::parse(&text.into());
        let located = locate(&stream, path);
        let pointers = |nodes: &[NodeRef<'_>]| {
            let pointers: Vec<String> = nodes.iter().map(|node| node.pointer()).collect();
            pointers.join(" ")
        };
        format!(
            "{} - {}",
            pointers(&located.values),
            pointers(&located.absent)
        )
    }

    #[test]
    fn paths_are_split_in_every_way() {
        let text = "a.b:\n  c: 1\na:\n  b.c: 2\n  b:\n    d: 3\n";
        assert_eq!(located(text, "a.b.d"), "/a/b/d - ");
        assert_eq!(located(text, "a.b.c"), "/a.b/c /a/b.c - ");
        assert_eq!(located(text, "a.b.e"), " - /a/b");
        assert_eq!(located(text, "x.y"), " - ");
        assert_eq!(located("a: 1\n---\nb: 2\n", "b"), "/b - ");
        assert_eq!(located("a: text\n", "a.b.c"), " - ");
    }

    #[test]
    fn items_of_lists_are_taken_one_by_one() {
        let text = "pools:\n- name: a\n- size: 1\naddresses: [x, y]\nnone: []\n";
        assert_eq!(
            located(text, "addresses.$[]"),
            "/addresses/0 /addresses/1 - "
        );
        assert_eq!(located(text, "pools.$[].name"), "/pools/0/name - /pools/1");
        assert_eq!(located(text, "none.$[].name"), " - ");
        assert_eq!(located(text, "other.$[].name"), " - ");
        assert_eq!(located("- a\n- b\n", "$[]"), "/0 /1 - ");
    }

    #[test]
    fn aliases_do_not_multiply_the_ways() {
        let mut text = String::from("l0: &l0 {z: 1}\nl1: &l1 {a: *l0, a.a: *l0}\n");
        for level in 2..60 {
            let (one, two) = (level - 1, level - 2);
            text += &format!("l{level}: &l{level} {{a: *l{one}, a.a: *l{two}}}\n");
        }
        let path = format!("l59.{}z", "a.".repeat(58));
        assert!(located(&text, &path).len() < 10_000);
    }
}
