//! Comments that silence findings: `# palette-knife: ignore[rule, other] reason`.

use std::collections::HashMap;

use crate::{
    finding::{Finding, Place},
    profile::{Embedded, ProfileFile, Shape},
    rules,
    settings::Settings,
    signs,
    source::{LineIndex, TextRange},
    suggest,
    syntax::{Format, NodeId, SyntaxFault},
};

/// What a comment for this tool begins with.
const MARK: &str = "palette-knife:";

/// A comment for this tool. Ranges are bytes of the text it stands in.
#[derive(Debug)]
struct Pragma {
    comment: TextRange,
    /// The line whose findings it silences, 1-based.
    line: u32,
    /// What it says; `None` when that is not understood.
    ignore: Option<IgnoreComment>,
}

#[derive(Debug)]
struct IgnoreComment {
    rules: Vec<Named>,
    has_reason: bool,
}

/// A rule as a comment names it.
#[derive(Debug)]
struct Named {
    name: String,
    range: TextRange,
    is_used: bool,
}

/// A text with its pragmas, in the order of their lines.
struct Scope<'f> {
    /// The embedded text; `None` for the file itself.
    embedded: Option<&'f Embedded>,
    profile: Option<String>,
    pack: Option<String>,
    pragmas: Vec<Pragma>,
}

/// Leaves out the findings of a file that comments in it silence, and reports comments that silence nothing.
pub fn apply(
    file: &ProfileFile,
    findings: &mut Vec<Finding>,
    settings: &Settings,
    has_destinations: bool,
) {
    let mut scopes = scopes(file);
    if scopes.is_empty() {
        return;
    }
    let outer = scopes.iter().position(|scope| scope.embedded.is_none());
    let inner: HashMap<NodeId, usize> = scopes
        .iter()
        .enumerate()
        .filter_map(|(number, scope)| Some((scope.embedded?.host(), number)))
        .collect();
    let texts = file.texts_by_place();
    findings.retain(|finding| {
        let in_file = outer.map(|number| (number, finding.place.start.line));
        let in_text = finding.place.inner.as_ref().and_then(|place| {
            let text = texts.at(finding.place.range)?;
            Some((*inner.get(&text.host())?, place.start.line))
        });
        let mut is_silenced = false;
        for (number, line) in [in_file, in_text].into_iter().flatten() {
            if let Some(scope) = scopes.get_mut(number) {
                is_silenced |= scope.silences(line, finding.rule.id);
            }
        }
        !is_silenced
    });
    let mut found = Vec::new();
    for scope in &scopes {
        for pragma in &scope.pragmas {
            scope.judge(pragma, file, settings, has_destinations, &mut found);
        }
    }
    settings.apply(&mut found);
    findings.append(&mut found);
}

/// The texts of a file that have pragmas: the file itself, and what is embedded in its profiles.
fn scopes(file: &ProfileFile) -> Vec<Scope<'_>> {
    let mut scopes = Vec::new();
    let source = file.source();
    let has_comments = file.format() == Format::Yaml;
    let of_file = has_comments.then(|| {
        pragmas(source.text(), source.lines(), file.faults(), || {
            file.comments()
        })
    });
    if let Some(of_file) = of_file.filter(|pragmas| !pragmas.is_empty()) {
        scopes.push(Scope {
            embedded: None,
            profile: None,
            pack: None,
            pragmas: of_file,
        });
    }
    for (document, root) in file.documents() {
        if document.shape() != Shape::Export || file.is_cut(root) {
            continue;
        }
        for embedded in document.embedded() {
            // Most texts have none, and need not be parsed for it.
            if !embedded.known(|| HasMark::of(embedded)).0 {
                continue;
            }
            let stream = embedded.stream();
            let pragmas = pragmas(embedded.text(), embedded.lines(), &stream.faults, || {
                stream.comments()
            });
            if pragmas.is_empty() {
                continue;
            }
            let profile = document.profile(root);
            let pack = profile.packs().nth(embedded.pack_index());
            scopes.push(Scope {
                embedded: Some(embedded),
                profile: Some(profile.name().into_owned()).filter(|name| !name.is_empty()),
                pack: pack.map(|pack| pack.name().into_owned()),
                pragmas,
            });
        }
    }
    scopes
}

/// Whether a text has a comment for this tool, or something that looks like one.
struct HasMark(bool);

impl HasMark {
    fn of(embedded: &Embedded) -> Self {
        Self(embedded.has_sign(signs::PRAGMA))
    }
}

impl Scope<'_> {
    /// Whether a pragma silences a rule on a line; it is used then.
    fn silences(&mut self, line: u32, rule: &str) -> bool {
        let from = self.pragmas.partition_point(|pragma| pragma.line < line);
        let pragmas = self.pragmas.get_mut(from..).unwrap_or_default();
        let mut is_silenced = false;
        for pragma in pragmas.iter_mut().take_while(|pragma| pragma.line == line) {
            let rules = pragma
                .ignore
                .iter_mut()
                .flat_map(|ignore| &mut ignore.rules);
            for named in rules.filter(|named| named.name == rule) {
                named.is_used = true;
                is_silenced = true;
            }
        }
        is_silenced
    }

    fn place(&self, file: &ProfileFile, range: TextRange) -> Place {
        match self.embedded {
            Some(embedded) => {
                let document = embedded.stream().tree.document_at(range.start());
                file.inner_place(embedded, range, String::new(), document)
            }
            None => file.place(range, String::new()),
        }
    }

    /// What is to be said of a pragma itself.
    fn judge(
        &self,
        pragma: &Pragma,
        file: &ProfileFile,
        settings: &Settings,
        has_destinations: bool,
        found: &mut Vec<Finding>,
    ) {
        let mut report = |range: TextRange, message: String, help: String| {
            let place = self.place(file, range);
            let mut finding = Finding::new(rules::unused_ignore_meta(), place, message.clone());
            finding.help(help).subject(message);
            finding.profile.clone_from(&self.profile);
            finding.pack.clone_from(&self.pack);
            found.push(finding);
        };
        let form = "`# palette-knife: ignore[rule, other] reason` silences the next line, or behind a value its own";
        let Some(ignore) = &pragma.ignore else {
            let message = "a comment for palette-knife that it does not understand".to_owned();
            report(pragma.comment, message, form.to_owned());
            return;
        };
        if !ignore.has_reason {
            let message = "an ignore without a reason".to_owned();
            report(
                pragma.comment,
                message,
                "say why behind the brackets".to_owned(),
            );
        }
        for named in &ignore.rules {
            let name = &named.name;
            let Some(rule) = rules::named(name) else {
                let names = rules::ALL.iter().map(|rule| rule.meta().id);
                let help = match suggest::closest(name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`palette-knife rules` lists them".to_owned(),
                };
                report(named.range, format!("no rule is called `{name}`"), help);
                continue;
            };
            if !named.is_used && settings.is_asked(rule.meta(), has_destinations) {
                let message = format!("this ignore silences no finding of `{name}`");
                let help = match pragma.line {
                    line if line > 0 => format!("remove it; it is about line {line}"),
                    _ => "remove it; no line follows it".to_owned(),
                };
                report(named.range, message, help);
            }
        }
    }
}

/// The pragmas of a text, in the order of the lines they are about.
fn pragmas(
    text: &str,
    lines: &LineIndex,
    faults: &[SyntaxFault],
    comments: impl FnOnce() -> Vec<TextRange>,
) -> Vec<Pragma> {
    if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    // What follows a fault may be in a string that was not closed.
    let end = faults.iter().map(|fault| fault.range.start()).min();
    let comments = comments()
        .into_iter()
        .filter(|comment| end.is_none_or(|end| comment.start() < end))
        .rev();
    let mut found: Vec<Pragma> = Vec::new();
    // From the last to the first, so that a heap of comments is walked through once.
    let mut below: Option<(u32, u32)> = None;
    for comment in comments {
        let own = lines.position(text, comment.start()).line;
        let before = TextRange::new(lines.line(text, own).start(), comment.start());
        let is_alone = before.of(text).trim().is_empty();
        let line = if is_alone {
            let line = next_line(text, lines, own, below);
            below = Some((own, line));
            line
        } else {
            own
        };
        let body = comment.of(text).trim_start_matches('#').trim_start();
        if let Some(instruction) = body.strip_prefix(MARK) {
            found.push(Pragma {
                comment,
                line,
                ignore: read(instruction, comment.end() - instruction.len()),
            });
        }
    }
    found.sort_by_key(|pragma| (pragma.line, pragma.comment));
    found
}

/// The next line that is neither blank nor a comment; 0 when there is none. `below` is a line further down with the line
/// that follows it.
fn next_line(text: &str, lines: &LineIndex, own: u32, below: Option<(u32, u32)>) -> u32 {
    for line in own + 1..=u32::try_from(lines.count()).unwrap_or(u32::MAX) {
        if let Some((known, next)) = below
            && known == line
        {
            return next;
        }
        let content = lines.line(text, line).of(text).trim();
        if !content.is_empty() && !content.starts_with('#') {
            return line;
        }
    }
    0
}

/// Reads `ignore[rule, other] reason`, which begins at `start`.
fn read(instruction: &str, start: usize) -> Option<IgnoreComment> {
    let (head, rest) = instruction.split_once('[')?;
    let (names, reason) = rest.split_once(']')?;
    if head.trim() != "ignore" {
        return None;
    }
    let mut at = start + head.len() + 1;
    let mut rules = Vec::new();
    for part in names.split(',') {
        let name = part.trim();
        let lead = part.len() - part.trim_start().len();
        if !name.is_empty() {
            rules.push(Named {
                name: name.to_owned(),
                range: TextRange::new(at + lead, at + lead + name.len()),
                is_used: false,
            });
        }
        at += part.len() + 1;
    }
    (!rules.is_empty()).then_some(IgnoreComment {
        rules,
        has_reason: !reason.trim().is_empty(),
    })
}
