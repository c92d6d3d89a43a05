//! `unresolved-pack-reference`

use std::{
    borrow::Cow,
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    profile::{Embedded, EmbeddedReference, Part},
    source::TextRange,
    suggest::{self, Suggester},
    syntax::{Kind, NodeId, NodeRef, reference::Family},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unresolved-pack-reference",
    summary: "a reference to a value that another pack of the profile does not have",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unresolved-pack-reference.md"),
};

/// The rule.
pub struct UnresolvedPackReference;

/// Functions that say what happens when there is no value.
const FALLBACKS: [&str; 4] = ["default", "coalesce", "ternary", "empty"];

/// How many references of a profile are looked at for a key that was meant: each is compared with all keys beside it.
const MOST_SUGGESTIONS: usize = 200;

impl Rule for UnresolvedPackReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let is_asked =
            |(_, reference): (_, &EmbeddedReference)| reference.name_in(Family::Pack).is_some();
        if !cx.document.references().any(is_asked) {
            return;
        }
        let names = pack_names(cx);
        // Packs may share their values through an anchor.
        let values_of = |pack: usize| cx.document.values_of(pack);
        let mut wanted: BTreeMap<NodeId, (&Embedded, BTreeSet<String>)> = BTreeMap::new();
        let mut targets = Vec::new();
        for (embedded, reference) in cx.document.references() {
            let Some(target) = Target::of(reference, &names) else {
                continue;
            };
            if let Target::Value { packs, path, .. } = &target {
                for values in packs.iter().filter_map(|&(_, pack)| values_of(pack)) {
                    let (_, paths) = wanted
                        .entry(values.host())
                        .or_insert_with(|| (values, BTreeSet::new()));
                    paths.insert(path.clone());
                }
            }
            targets.push((embedded, reference, target));
        }
        let searches: HashMap<NodeId, Search<'_, '_>> = wanted
            .iter()
            .filter_map(|(&host, (values, paths))| Some((host, Search::run(values, paths)?)))
            .collect();
        let mut suggester =
            LazyCell::new(|| Suggester::new(names.iter().map(|(name, _)| name.as_ref())));
        for (number, (embedded, reference, target)) in targets.into_iter().enumerate() {
            match target {
                Target::Value { packs, path, range } => {
                    // A pack whose values are not in the profile, or cannot be read, may have the key.
                    let misses: Option<Vec<_>> = packs
                        .iter()
                        .map(|&(_, pack)| {
                            let search = searches.get(&values_of(pack)?.host())?;
                            Some((pack, search.miss(&path)?))
                        })
                        .collect();
                    let Some(&(pack, near)) = misses.as_deref().and_then(<[_]>::first) else {
                        continue;
                    };
                    let near = Some(near).filter(|_| number < MOST_SUGGESTIONS);
                    let near = near.and_then(|(length, deepest)| nearest(&path, length, deepest));
                    report_value(cx, (embedded, reference, range), &path, pack, near, sink);
                }
                Target::Pack(name) => {
                    report_pack(cx, (embedded, reference), name, &mut suggester, sink);
                }
            }
        }
    }
}

/// What a reference asks for.
enum Target<'r> {
    /// A value of packs of the profile: their names and numbers, the keys joined by dots, and where the keys stand.
    Value {
        packs: &'r [(Cow<'r, str>, usize)],
        path: String,
        range: TextRange,
    },
    /// A pack that is not in the profile.
    Pack(&'r Part),
}

impl<'r> Target<'r> {
    fn of(reference: &'r EmbeddedReference, names: &'r [(Cow<'r, str>, usize)]) -> Option<Self> {
        let name = reference.name_in(Family::Pack)?;
        let has_fallback = reference
            .functions
            .iter()
            .any(|function| FALLBACKS.contains(&function.text.as_str()));
        if has_fallback {
            return None;
        }
        let first = names.partition_point(|(known, _)| **known < *name.text);
        let last = names.partition_point(|(known, _)| **known <= *name.text);
        let packs = names.get(first..last).unwrap_or_default();
        if packs.is_empty() {
            return Some(Self::Pack(name));
        }
        let (_, keys) = reference.path.split_first()?;
        let range = TextRange::new(keys.first()?.range.start(), keys.last()?.range.end());
        let keys: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
        // Palette's documentation uses it of packs whose values have no such key: it may be the pack's own version.
        if keys == ["version"] {
            return None;
        }
        Some(Self::Value {
            packs,
            path: keys.join("."),
            range,
        })
    }
}

/// The packs of the profile by every name that may mean them, in order. Which part of `<display name>--<pack>` a reference
/// takes is not documented, so both do.
fn pack_names<'a>(cx: &ProfileContext<'a>) -> Vec<(Cow<'a, str>, usize)> {
    let mut names: Vec<(Cow<'a, str>, usize)> = Vec::new();
    for pack in cx.packs {
        let (name, number) = (pack.name(), pack.index());
        let display = name.split_once("--").map(|(display, _)| display.to_owned());
        names.extend(display.map(|display| (display.into(), number)));
        let own = pack.registry_names().into_iter();
        names.extend(own.map(|name| (name, number)));
    }
    names.sort();
    names.dedup();
    names
}

/// What values say to the paths that are wanted of them.
///
/// Dots in a path may separate keys or belong to one (`options` and `"system.uri"`), so a path is there when the keys
/// that lead to some value, joined by dots, are the path.
struct Search<'w, 'a> {
    wanted: &'w BTreeSet<String>,
    /// Paths that are there, and those that lead into a list, which no reference is known to do.
    told: HashSet<&'w str>,
    /// For each path the object that it leads deepest into, and how long its own path is.
    deepest: HashMap<&'w str, (usize, NodeRef<'a>)>,
}

impl<'w, 'a> Search<'w, 'a> {
    /// `None` when the values cannot be read.
    fn run(values: &'a Embedded, wanted: &'w BTreeSet<String>) -> Option<Self> {
        let stream = values.stream();
        let mut search = Self {
            wanted,
            told: HashSet::new(),
            deepest: HashMap::new(),
        };
        let roots: Vec<_> = stream
            .tree
            .filled_documents()
            .filter(|root| root.kind() == Kind::Object)
            .collect();
        if roots.is_empty() || !stream.faults.is_empty() {
            return None;
        }
        let mut seen: HashSet<(NodeId, String)> = HashSet::new();
        let mut open: Vec<(NodeRef<'a>, String)> = Vec::new();
        for root in roots {
            for path in wanted {
                search.deepest.entry(path).or_insert((0, root));
            }
            open.push((root, String::new()));
        }
        while let Some((object, prefix)) = open.pop() {
            // What aliases repeat is looked at once.
            if !seen.insert((object.id(), prefix.clone())) {
                continue;
            }
            for (key, value) in object.entries() {
                let path = format!("{prefix}{}", key.text());
                if search.enter(&path, value) {
                    open.push((value, path + "."));
                }
            }
        }
        Some(search)
    }

    /// Notes a value at a path, and tells whether wanted paths lead into it.
    fn enter(&mut self, path: &str, value: NodeRef<'a>) -> bool {
        let wanted = self.wanted;
        self.told.extend(wanted.get(path).map(String::as_str));
        let inside = format!("{path}.");
        let below = wanted
            .range(inside.clone()..)
            .take_while(|wanted| wanted.starts_with(&inside));
        let mut leads_on = false;
        for wanted in below {
            match value.kind() {
                Kind::Object => {
                    leads_on = true;
                    let deepest = self.deepest.entry(wanted).or_insert((0, value));
                    if deepest.0 < inside.len() {
                        *deepest = (inside.len(), value);
                    }
                }
                Kind::Array => {
                    self.told.insert(wanted);
                }
                _ => {}
            }
        }
        leads_on
    }

    /// `None` when the path is there or cannot be told; else what it leads deepest into.
    fn miss(&self, path: &str) -> Option<(usize, NodeRef<'a>)> {
        let is_missing = !self.told.contains(path);
        self.deepest.get(path).copied().filter(|_| is_missing)
    }
}

/// The path that is meant by one that leads into an object, the first `length` bytes of it, and no further.
fn nearest(path: &str, length: usize, deepest: NodeRef<'_>) -> Option<String> {
    let keys: Vec<_> = deepest.entries().map(|(key, _)| key.text()).collect();
    let keys = || keys.iter().map(AsRef::as_ref);
    let (before, rest) = path.split_at_checked(length)?;
    let first = rest.split('.').next().unwrap_or(rest);
    let whole = suggest::closest(rest, keys()).map(str::to_owned);
    let near = whole.or_else(|| {
        let near = suggest::closest(first, keys())?;
        Some(rest.replacen(first, near, 1))
    })?;
    Some(format!("{before}{near}"))
}

fn report_value(
    cx: &ProfileContext<'_>,
    (embedded, reference, range): (&Embedded, &EmbeddedReference, TextRange),
    path: &str,
    pack: usize,

    near: Option<String>,
    sink: &mut Sink<'_>,
) {
    let name = cx.pack_name(pack);
    let place = cx
        .pack(pack)
        .and_then(|pack| pack.name_node())
        .map(|node| sink.place(node.into()));
    let help = match near {
        Some(near) => {
            format!("did you mean `{near}`? without a value the reference becomes empty")
        }
        None => "the reference becomes empty; say what it should be then with `| default \"…\"`"
            .to_owned(),
    };
    let finding = sink.report(
        &META,
        Spot::inner_part(embedded, reference.scalar, range),
        format!("pack `{name}` has no value `{path}`"),
    );
    finding
        .pack(cx.pack_name(embedded.pack_index()))
        .subject(reference.expression.of(embedded.text()))
        .label("not among its values")
        .help(help);
    if let Some(place) = place {
        finding.related(place, "the pack");
    }
}

/// A pack that is not in the profile may be in another one of the same cluster. An add-on profile builds on those, so
/// nothing is said there.
fn report_pack(
    cx: &ProfileContext<'_>,
    (embedded, reference): (&Embedded, &EmbeddedReference),
    name: &Part,
    suggester: &mut Suggester<'_>,
    sink: &mut Sink<'_>,
) {
    if cx.profile.kind() == "add-on" {
        return;
    }
    let near = suggester.closest(&name.text);
    let finding = sink.report(
        &META,
        Spot::inner_part(embedded, reference.scalar, name.range),
        format!("pack `{}` is not in this profile", name.text),
    );
    finding
        .pack(cx.pack_name(embedded.pack_index()))
        .subject(reference.expression.of(embedded.text()))
        .label("not in this profile");
    match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.level(Level::Info).help(
            "that is right if another profile of the cluster brings it; else the reference becomes empty",
        ),
    };
}
