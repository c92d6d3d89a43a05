//! The text of one rule in a schema: `{{ required | format "${number:[1-9]}" | hints "Copies" }}`.
//!
//! The grammar is that of the Palette documentation, "Pack Constraints": terms between `|`, each `required`,
//! `readonly`, `format` with one template, or `hints` with one text or more. Published packs space it in many ways.

use super::Template;
use crate::source::TextRange;

/// What a rule says.
#[derive(Debug, Clone, Default)]
pub struct Constraint {
    /// Its terms, in order.
    pub terms: Vec<Term>,
    /// Whether all of the text could be read. What a rule asks for that could not is not known.
    pub is_sound: bool,
}

/// One term of a rule.
#[derive(Debug, Clone)]
pub struct Term {
    /// What it says.
    pub kind: TermKind,
    /// Where it stands in the text, in bytes.
    pub range: TextRange,
}

/// The terms there are.
#[derive(Debug, Clone)]
pub enum TermKind {
    /// A value must be given.
    Required,
    /// The value of the pack must not be changed.
    Readonly,
    /// The form that the value must have.
    Format(Template),
    /// What the value is, for people.
    Hints(Vec<String>),
}

/// Reads the text of a rule, as far as it can be.
#[must_use]
pub fn parse(text: &str) -> Constraint {
    let mut reader = Reader {
        text,
        at: 0,
        constraint: Constraint {
            terms: Vec::new(),
            is_sound: true,
        },
    };
    reader.constraint();
    reader.constraint
}

struct Reader<'t> {
    text: &'t str,
    /// The next byte; always at a character.
    at: usize,
    constraint: Constraint,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn constraint(&mut self) {
        self.skip_space();
        self.constraint.is_sound &= self.take("{{");
        loop {
            self.skip_space();
            if self.rest().is_empty() {
                self.constraint.is_sound = false;
                return;
            }
            if self.take("}}") {
                self.constraint.is_sound &= self.rest().trim().is_empty();
                return;
            }
            if self.take("|") {
                continue;
            }
            let start = self.at;
            let term = self.term();
            match term {
                Some(kind) => self.constraint.terms.push(Term {
                    kind,
                    range: TextRange::new(start, self.at),
                }),
                None => self.skip_unknown(start),
            }
            self.skip_space();
            let is_ended = self.rest().starts_with('|') || self.rest().starts_with("}}");
            self.constraint.is_sound &= is_ended;
        }
    }

    fn term(&mut self) -> Option<TermKind> {
        // Several hints may stand between pipes of their own.
        if self.rest().starts_with(['"', '`']) {
            let follows_hints = matches!(
                self.constraint.terms.last().map(|term| &term.kind),
                Some(TermKind::Hints(_))
            );
            let hints = self.strings();
            // A quote that is not closed begins no hint.
            return (follows_hints && !hints.is_empty()).then_some(TermKind::Hints(hints));
        }
        match self.word() {
            "required" => Some(TermKind::Required),
            "readonly" => Some(TermKind::Readonly),
            "hints" => Some(TermKind::Hints(self.strings())),
            "format" => match self.strings().as_slice() {
                [template] => Some(TermKind::Format(Template::parse(template))),
                _ => None,
            },
            _ => None,
        }
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest
            .find(|character: char| !character.is_alphanumeric())
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn strings(&mut self) -> Vec<String> {
        let mut strings = Vec::new();
        loop {
            let after_last = self.at;
            self.skip_space();
            match self.string() {
                Some(string) => strings.push(string),
                None => {
                    self.at = after_last;
                    return strings;
                }
            }
        }
    }

    /// A quoted text. A backslash stands for itself, as the regular expressions of templates need it, except before a
    /// quote.
    fn string(&mut self) -> Option<String> {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '`'))?;
        let mut string = String::new();
        let mut characters = rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            if character == quote {
                self.at += at + quote.len_utf8();
                return Some(string);
            }
            let is_escape = character == '\\' && quote == '"';
            match characters.next_if(|(_, next)| is_escape && *next == quote) {
                Some((_, escaped)) => string.push(escaped),
                None => string.push(character),
            }
        }
        None
    }

    /// Goes on to where another term may begin.
    fn skip_unknown(&mut self, start: usize) {
        self.constraint.is_sound = false;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = ["|", "}}"]
            .iter()
            .filter_map(|end| rest.find(end))
            .min()
            .unwrap_or(rest.len());
        self.at = start + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let constraint = parse(text);
        let terms: Vec<String> = constraint
            .terms
            .iter()
            .map(|term| {
                let range = format!("{}-{}", term.range.start(), term.range.end());
                match &term.kind {
                    TermKind::Required => format!("required@{range}"),
                    TermKind::Readonly => format!("readonly@{range}"),
                    TermKind::Format(template) => format!("format {}@{range}", template.text()),
                    TermKind::Hints(hints) => format!("hints {hints:?}@{range}"),
                }
            })
            .collect();
        let sound = if constraint.is_sound { "" } else { "unsound " };
        format!("{sound}{}", terms.join(", "))
    }

    #[test]
    fn rules_are_read_in_every_spacing() {
        for (text, read) in [
            ("{{ required }}", "required@3-11"),
            ("{{readonly}}", "readonly@2-10"),
            (
                r#"{{ required | format "${string}" | hints "Size, such as {{ 5 }} | 6"}}"#,
                r#"required@3-11, format ${string}@14-32, hints ["Size, such as {{ 5 }} | 6"]@35-68"#,
            ),
            (
                r#" {{format   "${list:[A,B]}"  |hints "one" "two"}} "#,
                r#"format ${list:[A,B]}@3-27, hints ["one", "two"]@30-47"#,
            ),
            (
                r#"{{ hints "one" | "two \"2\"" }}"#,
                r#"hints ["one"]@3-14, hints ["two \"2\""]@17-28"#,
            ),
            (
                r#"{{ format "${string:/^\d+"?$/}" }}"#,
                r#"unsound format ${string:/^\d+@3-26"#,
            ),
            (r#"{{ format "\d" }}"#, r#"format \d@3-14"#),
            (
                r#"{{ hints "one" "two | required }}"#,
                r#"unsound hints ["one"]@3-14, required@22-30"#,
            ),
            (r#"{{ hints "one }}"#, "unsound hints []@3-8"),
            (r#"{{ hints `"#, "unsound hints []@3-8"),
            ("", "unsound "),
            ("{{ }}", ""),
        ] {
            assert_eq!(shown(text), read, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for text in [
            "required",
            "{{ required",
            "{{ optional }}",
            "{{ required format }}",
            r#"{{ format "${string} }}"#,
            r#"{{ format }}"#,
            r#"{{ format "a" "b" }}"#,
            "{{ required }} {{ readonly }}",
            "{{ é | required }}",
        ] {
            assert!(!parse(text).is_sound, "{text}");
        }
    }
}
