//! What is filled in: secrets, and values in place of stand-ins; and what is left to ask for.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    finding::{Level, Place},
    masks::{Mask, MaskedPlace, empty_secrets, masks},
    profile::{Embedded, ProfileFile},
    sensitive::{self, REDACTED},
    source::TextRange,
    stand_ins::{StandIn, stand_ins},
    syntax::{Kind, NodeId, NodeRef, edit::Scalar},
};

use super::{
    change::Change,
    need::{Question, SecretPlace},
    plan::{Decision, Plan, Subject, Task},
    result::Reason,
    secrets::{NoSecret, Secret},
};

impl<'t> Plan<'t> {
    /// Fills in what the answers give, and asks for the rest.
    pub(super) fn fill_in(&mut self, task: Task<'t, '_>) {
        let stand_ins = stand_ins(task.profile, task.document, task.placeholders);
        let filled = self.secrets(task, &stand_ins);
        self.placeholders(task, &stand_ins, &filled);
    }

    /// Fills in secrets: for masks, for what is empty, and where a text stands in for a secret. Gives the scalars of
    /// stand-ins that were filled in so.
    fn secrets(
        &mut self,
        task: Task<'t, '_>,
        stand_ins: &[StandIn<'t, '_>],
    ) -> BTreeSet<(Option<NodeId>, NodeId)> {
        let resolutions = std::slice::from_ref(task.resolution);
        let masked = masks(task.profile, task.document, resolutions);
        let empty = empty_secrets(task.profile, task.document, resolutions);
        let mut gaps: Vec<Gap<'t>> = masked.into_iter().chain(empty).map(Gap::of_mask).collect();
        let secret = stand_ins.iter().filter(|stand_in| stand_in.is_secret);
        gaps.extend(secret.filter_map(Gap::of_stand_in));
        let mut filled = BTreeSet::new();
        let mut done = BTreeSet::new();
        for gap in gaps {
            // Each pack that shares the value has to ask for it.
            let packs = gap.packs.iter().map(Some);
            let variable = gap.packs.is_empty().then_some(None);
            for pack in packs.chain(variable) {
                if self.secret(task, &gap, pack, &mut filled) {
                    done.extend(gap.scalar());
                }
            }
        }
        done
    }

    /// Fills in a secret, as one of a pack if it is one; tells whether there is one.
    fn secret(
        &mut self,
        task: Task<'t, '_>,
        gap: &Gap<'t>,
        pack: Option<&String>,
        filled: &mut BTreeSet<(Option<String>, String)>,
    ) -> bool {
        let what = match &gap.place {
            SecretPlace::Value(path) => path.clone(),
            SecretPlace::Variable(name) => format!("variables.{name}"),
        };
        let name = task.keys();
        let of_pack = pack.map(String::as_str).unwrap_or_default();
        let secret = match task.secrets.at(&name, of_pack, &gap.place) {
            Ok(Some(secret)) => secret,
            Ok(None) => {
                // What stands in for a secret may be answered as any other placeholder.
                if gap.kind != GapKind::StandIn || !gap.is_answered_by(task, pack) {
                    self.secret_needed(task, gap, pack);
                }
                return false;
            }
            Err(no_secret) => {
                let is_in_the_way = match gap.kind {
                    GapKind::Masked => gap.level == Level::Error,
                    // What is empty, or only looks like a secret, may stay so.
                    GapKind::Empty | GapKind::StandIn => no_secret != NoSecret::EmptyText,
                };
                if is_in_the_way {
                    let reason = Reason::open(format!("`{what}`: {no_secret}"));
                    self.blockers.push(reason);
                }
                self.secret_needed(task, gap, pack);
                return false;
            }
        };
        let pack = pack.cloned();
        if !filled.insert((pack.clone(), what.clone())) {
            self.blockers.push(Reason::last(format!(
                "`{what}` is masked in more than one place of {}, and one secret cannot be meant for all: fill them in by hand",
                pack.map_or("the profile".to_owned(), |pack| format!("pack `{pack}`"))
            )));
            return false;
        }
        self.decisions.push(Decision {
            subject: Subject::Secret,
            pack,
            from: what,
            to: REDACTED.to_owned(),
            changed: true,
            why: secret.origin().to_owned(),
        });
        self.secret_changes.push(self.changes.len());
        self.changes.push(gap.change(task, &secret));
        true
    }

    fn secret_needed(&mut self, task: Task<'t, '_>, gap: &Gap<'t>, pack: Option<&String>) {
        let place = place_of(task.file, gap.embedded, gap.node);
        let question = Question::Secret(gap.place.clone());
        let need = self.need(question, pack.cloned(), place);
        need.is_optional = gap.kind != GapKind::Masked || gap.level != Level::Error;
    }

    /// Fills in stand-ins that have a value.
    fn placeholders(
        &mut self,
        task: Task<'t, '_>,
        stand_ins: &[StandIn<'t, '_>],
        filled: &BTreeSet<(Option<NodeId>, NodeId)>,
    ) {
        for stand_in in stand_ins {
            let scalar = (stand_in.embedded.map(Embedded::host), stand_in.node.id());
            if stand_in.is_identity || filled.contains(&scalar) {
                continue;
            }
            let packs = stand_in.packs.iter().map(Some);
            let envelope = stand_in.packs.is_empty().then_some(None);
            for pack in packs.chain(envelope) {
                self.fill_stand_in(task, stand_in, pack);
            }
        }
    }

    fn fill_stand_in(
        &mut self,
        task: Task<'t, '_>,
        stand_in: &StandIn<'t, '_>,
        pack: Option<&String>,
    ) {
        let profile = task.keys();
        let mut text = String::new();
        let mut from = 0;
        let (mut decided, mut written) = (BTreeMap::new(), Vec::new());
        for found in &stand_in.found {
            let shown = found.range.of(&stand_in.text);
            let before = stand_in.text.get(from..found.range.start());
            text.push_str(before.unwrap_or_default());
            from = found.range.end();
            let given = task.values.find(&profile, pack.map(String::as_str), shown);
            let start = text.len();
            text.push_str(given.map_or(shown, |(value, _)| value));
            if let Some(given) = given {
                decided.insert(shown, given);
                written.push(TextRange::new(start, text.len()));
            } else if !stand_in.is_secret {
                let place = stand_in.place(task.file, *found);
                let text = shown.to_owned();
                let need = self.need(Question::Placeholder { text }, pack.cloned(), place);
                need.is_optional = true;
            }
        }
        text.push_str(stand_in.text.get(from..).unwrap_or_default());
        if text == *stand_in.text {
            return;
        }
        // A value may make a secret of what was none: a token, or the password of a URL.
        let secrets = sensitive::secrets_in_value(&text);
        let is_written = |secret: &TextRange| {
            let mut written = written.iter();
            written.any(|value| value.start < secret.end && secret.start < value.end)
        };
        let is_secret = stand_in.is_secret || secrets.iter().any(is_written);
        for (shown, (value, why)) in decided {
            let told = |text: &str, is_secret| if is_secret { REDACTED } else { text }.to_owned();
            self.decisions.push(Decision {
                subject: Subject::Placeholder,
                pack: pack.cloned(),
                from: told(shown, stand_in.is_secret),
                to: told(value, is_secret),
                changed: true,
                why: why.to_owned(),
            });
        }
        if is_secret {
            self.secret_changes.push(self.changes.len());
        }
        let change = set_scalar(task, stand_in.embedded, stand_in.node, text);
        self.changes.push(change);
    }
}

/// Where a secret may be filled in.
struct Gap<'t> {
    kind: GapKind,
    level: Level,
    /// The packs that hold it; none of a variable.
    packs: Vec<String>,
    place: SecretPlace,
    embedded: Option<&'t Embedded>,
    /// The scalar; the variable, where that has no default.
    node: NodeRef<'t>,
    is_bare: bool,
    /// The stand-in texts in it.
    stand_ins: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GapKind {
    Masked,
    Empty,
    StandIn,
}

impl<'t> Gap<'t> {
    fn of_mask(mask: Mask<'t>) -> Self {
        let kind = if mask.level == Level::Info {
            GapKind::Empty
        } else {
            GapKind::Masked
        };
        let (place, embedded, node, is_bare) = match mask.place {
            MaskedPlace::Variable {
                name,
                variable,
                default,
            } => {
                let node = default.unwrap_or(variable);
                (SecretPlace::Variable(name), None, node, default.is_none())
            }
            MaskedPlace::Embedded {
                embedded,
                node,
                path,
                ..
            } => (SecretPlace::Value(path), Some(embedded), node, false),
        };
        Self {
            kind,
            level: mask.level,
            packs: mask.packs.into_iter().map(Cow::into_owned).collect(),
            place,
            embedded,
            node,
            is_bare,
            stand_ins: Vec::new(),
        }
    }

    fn of_stand_in(stand_in: &StandIn<'t, '_>) -> Option<Self> {
        let place = match stand_in.embedded {
            Some(_) => SecretPlace::Value(stand_in.path()),
            // Of the envelope only defaults of variables may be secrets.
            None => SecretPlace::Variable(stand_in.node.parent()?.get("name")?.text().into_owned()),
        };
        let found = stand_in.found.iter();
        Some(Self {
            kind: GapKind::StandIn,
            level: Level::Warning,
            packs: stand_in.packs.clone(),
            place,
            embedded: stand_in.embedded,
            node: stand_in.node,
            is_bare: false,
            stand_ins: found
                .map(|found| found.range.of(&stand_in.text).to_owned())
                .collect(),
        })
    }

    /// Whether the values give something for each stand-in in it.
    fn is_answered_by(&self, task: Task<'_, '_>, pack: Option<&String>) -> bool {
        let name = task.keys();
        let pack = pack.map(String::as_str);
        let mut stand_ins = self.stand_ins.iter();
        stand_ins.all(|text| task.values.find(&name, pack, text).is_some())
    }

    fn scalar(&self) -> Option<(Option<NodeId>, NodeId)> {
        let host = self.embedded.map(Embedded::host);
        (!self.is_bare).then_some((host, self.node.id()))
    }

    fn change(&self, task: Task<'t, '_>, secret: &Secret) -> Change<'t> {
        let text = secret.reveal();
        if self.is_bare {
            return Change::Insert {
                object: self.node,
                key: "defaultValue",
                value: Scalar::String(text.to_owned()),
            };
        }
        let text = match self.embedded {
            Some(_) => with_line_end_of(self.node, text),
            None => text.to_owned(),
        };
        set_scalar(task, self.embedded, self.node, text)
    }
}

/// The change that gives a scalar of a profile another text.
fn set_scalar<'t>(
    task: Task<'t, '_>,
    embedded: Option<&'t Embedded>,
    node: NodeRef<'t>,
    text: String,
) -> Change<'t> {
    match embedded {
        Some(embedded) => Change::SetInner {
            embedded,
            host: task.profile.root().tree().node(embedded.host()),
            node,
            text,
        },
        None => Change::Set {
            node,
            value: Scalar::String(text),
        },
    }
}

fn place_of(file: &ProfileFile, embedded: Option<&Embedded>, node: NodeRef<'_>) -> Place {
    match embedded {
        Some(embedded) => {
            let document = node.document_index();
            file.inner_place(embedded, node.content_range(), node.pointer(), document)
        }
        None => file.place(node.content_range(), node.pointer()),
    }
}

/// A block scalar keeps the line break its text ends with.
fn with_line_end_of(node: NodeRef<'_>, text: &str) -> String {
    let keeps = node.kind() == Kind::String && node.text().ends_with('\n') && !text.ends_with('\n');
    if keeps {
        format!("{text}\n")
    } else {
        text.to_owned()
    }
}
