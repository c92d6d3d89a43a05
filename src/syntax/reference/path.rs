//! Paths: `.spectro.<family>.<names>`, their slips and what was meant by them.

use std::ops::Range;

use super::lexer::{is_name, leading};
use super::parser::{Parser, excerpt, spanned};
use super::{Family, ProblemKind, Spanned};

const FAMILIES: &str = "`macro`, `system`, `var`, `pack` or `app`";

/// A path with what it names.
pub(super) struct Path<'t> {
    pub(super) expression: Range<usize>,
    pub(super) family: Option<Spanned<Family>>,
    pub(super) names: Vec<Spanned<&'t str>>,
}

impl<'t> Parser<'t> {
    /// Reads a path. Only where nothing can follow it but `|` and `}}` (`alone`) does white space
    /// before or after a dot belong to it; among arguments it ends it.
    pub(super) fn path(&mut self, alone: bool) -> Path<'t> {
        let start = self.cursor.at;
        let dotted = self.cursor.eat(".");
        if alone && dotted {
            self.gap_in_path();
        }
        self.spectro(dotted);
        let mut segments: Vec<Spanned<&'t str>> = Vec::new();
        let mut trailing = None;
        loop {
            if alone && self.dot_after_gap(segments.is_empty()) {
                self.gap_in_path();
            }
            let dots = self.cursor.at;
            if self.cursor.take_while(|c| c == '.').is_empty() {
                break;
            }
            let name = self.cursor.at;
            if alone && name_ahead(self.cursor.rest().trim_start_matches([' ', '\t'])) {
                self.gap_in_path();
            }
            let from = self.cursor.at;
            let segment = self.cursor.segment();
            if segment.is_empty() {
                trailing = Some(dots..name);
                break;
            }
            if name > dots + 1 {
                self.empty_segment(dots + 1..name);
            }
            segments.push(spanned(segment, from));
        }
        let expression = start..self.cursor.at;
        // What is missing before a nested reference is what that reference stands for.
        let nested = self.cursor.looking_at("{{");
        let mut segments = segments.into_iter();
        let word = segments.next();
        let family = self.family(word.as_ref(), &expression, nested);
        let names: Vec<_> = segments.collect();
        for (index, name) in names.iter().enumerate() {
            let dollar = index == 0
                && family
                    .as_ref()
                    .is_none_or(|family| family.value == Family::App);
            self.check_name(name, dollar);
        }
        if !nested {
            match (&family, trailing) {
                (Some(family), _) if names.is_empty() => self.report(
                    ProblemKind::MissingName,
                    family.range.start..expression.end,
                    format!("found no name after `{}`", family.value),
                    None,
                ),
                (_, Some(dots)) if word.is_some() => self.empty_segment(dots),
                _ => {}
            }
        }
        let names = match &family {
            Some(family) if matches!(family.value, Family::Macro | Family::Var) => self.join(names),
            _ => names,
        };
        Path {
            expression,
            family,
            names,
        }
    }

    /// Reads `spectro`, in whatever letter case.
    fn spectro(&mut self, dotted: bool) {
        let start = self.cursor.at;
        let word = self.cursor.take_while(is_name);
        let (message, right) = if !dotted {
            (
                format!("found `{word}` without a dot, `.spectro` would be right"),
                ".spectro",
            )
        } else if word != "spectro" {
            (
                format!("found `{word}`, `spectro` would be right"),
                "spectro",
            )
        } else {
            return;
        };
        let range = start..self.cursor.at;
        self.report(
            ProblemKind::Spelling,
            range,
            message,
            Some(right.to_owned()),
        );
    }

    /// Tells whether the path goes on after white space on the line: `.spectro.var .x`.
    fn dot_after_gap(&self, before_family: bool) -> bool {
        let rest = self.cursor.rest();
        let after = rest.trim_start_matches([' ', '\t']);
        let next = after
            .strip_prefix('.')
            .map(|next| next.trim_start_matches([' ', '\t']));
        after.len() < rest.len() && next.is_some_and(|next| before_family || name_ahead(next))
    }

    /// Skips white space inside the path and reports it.
    fn gap_in_path(&mut self) {
        let start = self.cursor.at;
        if !self
            .cursor
            .take_while(|c| matches!(c, ' ' | '\t'))
            .is_empty()
        {
            self.report(
                ProblemKind::SpaceInPath,
                start..self.cursor.at,
                "found white space inside the path, a path is written without",
                Some(String::new()),
            );
        }
    }

    fn empty_segment(&mut self, dots: Range<usize>) {
        self.report(
            ProblemKind::EmptySegment,
            dots,
            "found a dot without a name after it, one dot between names would be right",
            Some(String::new()),
        );
    }

    /// Makes a family of the word after `.spectro.`.
    fn family(
        &mut self,
        word: Option<&Spanned<&'t str>>,
        expression: &Range<usize>,
        nested: bool,
    ) -> Option<Spanned<Family>> {
        let Some(word) = word else {
            if !nested {
                let message = format!("found no family after `spectro`, {FAMILIES} would be right");
                self.report(
                    ProblemKind::UnknownFamily,
                    expression.clone(),
                    message,
                    None,
                );
            }
            return None;
        };
        if let Some(family) = Family::meant_by(word.value) {
            if word.value != family.as_str() {
                self.report(
                    ProblemKind::Spelling,
                    word.range.clone(),
                    format!(
                        "found the family `{}`, `{family}` would be right",
                        excerpt(word.value)
                    ),
                    Some(family.as_str().to_owned()),
                );
            }
            return Some(Spanned {
                value: family,
                range: word.range.clone(),
            });
        }
        let guess = Family::close_to(word.value);
        let hint = guess.map_or_else(
            || format!("{FAMILIES} would be right"),
            |family| format!("`{family}` would be right"),
        );
        self.report(
            ProblemKind::UnknownFamily,
            word.range.clone(),
            format!("found the unknown family `{}`, {hint}", excerpt(word.value)),
            guess.map(|family| family.as_str().to_owned()),
        );
        None
    }

    /// Reports characters that a name cannot have, once for the whole name.
    fn check_name(&mut self, name: &Spanned<&'t str>, dollar: bool) {
        let skipped = usize::from(dollar && name.value.starts_with('$'));
        let text = name.value.get(skipped..).unwrap_or_default();
        let is_bad = |c: char| !is_name(c);
        let Some(first) = text.find(is_bad) else {
            return;
        };
        let last = text.rfind(is_bad).unwrap_or(first);
        let width = text
            .get(last..)
            .and_then(|end| end.chars().next())
            .map_or(0, char::len_utf8);
        let start = name.range.start + skipped;
        let range = start + first..start + last + width;
        let bad = self.cursor.slice(range.clone());
        let found = excerpt(bad);
        let message = if bad.starts_with('<') && bad.ends_with('>') {
            format!("found the placeholder `{found}`, a name would be right")
        } else {
            format!("found `{found}` in a name, letters, digits, `_` and `-` would be right")
        };
        self.report(ProblemKind::InvalidName, range, message, None);
    }

    /// The names of macros and variables are one name, with dots perhaps.
    fn join(&self, names: Vec<Spanned<&'t str>>) -> Vec<Spanned<&'t str>> {
        match (names.first(), names.last()) {
            (Some(first), Some(last)) => {
                let range = first.range.start..last.range.end;
                let value = self.cursor.slice(range.clone());
                vec![Spanned { value, range }]
            }
            _ => names,
        }
    }
}

impl Family {
    /// The family a word certainly means, in any letter case and with the usual slips.
    fn meant_by(word: &str) -> Option<Self> {
        const WORDS: [(&str, Family); 12] = [
            ("macro", Family::Macro),
            ("macros", Family::Macro),
            ("system", Family::System),
            ("systems", Family::System),
            ("var", Family::Var),
            ("vars", Family::Var),
            ("variable", Family::Var),
            ("variables", Family::Var),
            ("pack", Family::Pack),
            ("packs", Family::Pack),
            ("app", Family::App),
            ("apps", Family::App),
        ];
        let is_meant = |(known, _): &&(&str, Self)| word.eq_ignore_ascii_case(known);
        WORDS.iter().find(is_meant).map(|(_, family)| *family)
    }

    /// The family a word is a beginning, an extension or one typing error away from.
    fn close_to(word: &str) -> Option<Self> {
        if word.len() < 3 {
            return None;
        }
        let word = word.to_ascii_lowercase();
        Self::ALL.into_iter().find(|family| {
            let name = family.as_str();
            name.starts_with(&word) || word.starts_with(name) || one_slip_apart(name, &word)
        })
    }
}

/// Tells whether one letter inserted, left out, replaced or swapped with its neighbour makes the
/// one word the other.
fn one_slip_apart(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([left, rest @ ..], [right, other_rest @ ..]) = (one, other)
        && left == right
    {
        (one, other) = (rest, other_rest);
    }
    while let ([rest @ .., left], [other_rest @ .., right]) = (one, other)
        && left == right
    {
        (one, other) = (rest, other_rest);
    }
    match one {
        [] | [_] => other.len() <= 1,
        [first, second] => other == [*second, *first],
        _ => false,
    }
}

/// Tells whether an operand is a Palette reference, or certainly was meant to be. White space on
/// the line around the first dots is let pass where the path stands `alone`.
pub(super) fn palette_ahead(rest: &str, alone: bool) -> bool {
    let skip_gap = |text| {
        let text: &str = text;
        if alone {
            text.trim_start_matches([' ', '\t'])
        } else {
            text
        }
    };
    let undotted = rest.strip_prefix('.');
    let word_on = undotted.map_or(rest, skip_gap);
    let word = leading(word_on, is_name);
    if !word.eq_ignore_ascii_case("spectro") {
        return false;
    }
    let after_word = word_on.get(word.len()..).unwrap_or_default();
    let Some(after_dot) = skip_gap(after_word).strip_prefix('.') else {
        return false;
    };
    if rest.starts_with(".spectro.") {
        return true;
    }
    let family_on = skip_gap(after_dot.trim_start_matches('.'));
    Family::meant_by(leading(family_on, is_name)).is_some()
}

/// Tells whether a path's segment can start here, be it a malformed one.
fn name_ahead(rest: &str) -> bool {
    let starts = rest.starts_with(|c| is_name(c) || matches!(c, '<' | '$'));
    starts && !rest.starts_with("-}}")
}
