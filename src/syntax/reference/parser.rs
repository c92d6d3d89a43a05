//! From text to references: which templates are Palette's, and where each begins and ends.

use std::ops::Range;

use super::lexer::{Ahead, Cursor, is_zero_width, next_open};
use super::path::palette_ahead;
use super::{Call, Problem, ProblemKind, Reference, Spanned};

/// How much of the user's text a message repeats, in characters.
const EXCERPT: usize = 40;

/// See [`super::scan`].
pub(super) fn scan(text: &str) -> Vec<Reference<'_>> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        problems: Vec::new(),
        first_line_end: None,
        hopeless: false,
        no_comment_end: false,
    };
    let mut references = Vec::new();
    let mut from = 0;
    while let Some(open) = next_open(text, from) {
        match parser.opening(open) {
            Opening::Palette => {
                references.push(parser.reference(open));
                // Nothing that was read is read again, so that the whole stays linear.
                from = parser.cursor.at;
            }
            Opening::Comment { end } => from = end,
            Opening::Foreign => from = open + 2,
        }
    }
    references
}

/// What a `{{` opens.
enum Opening {
    Palette,
    Comment { end: usize },
    Foreign,
}

/// The state of a scan; `path` and `pipeline` hold the rest of the grammar.
pub(super) struct Parser<'t> {
    pub(super) cursor: Cursor<'t>,
    /// Those of the current reference.
    pub(super) problems: Vec<Problem>,
    /// The end of the first line of the current reference, seen from the end of its path.
    first_line_end: Option<usize>,
    /// The reason why the current reference does not close is reported already.
    pub(super) hopeless: bool,
    /// No `*/` follows anywhere.
    no_comment_end: bool,
}

impl<'t> Parser<'t> {
    /// Looks at what follows the `{{` at `open`, and leaves the cursor at its first operand.
    fn opening(&mut self, open: usize) -> Opening {
        self.problems.clear();
        self.first_line_end = None;
        self.hopeless = false;
        self.cursor.restart(open + 2);
        let trims = self.cursor.eat("-");
        let after_marker = self.cursor.at;
        self.space();
        if trims && self.cursor.at == after_marker {
            self.report(
                ProblemKind::TrimMarker,
                open..after_marker,
                "`{{-` needs white space after it",
                Some("{{- ".to_owned()),
            );
        }
        if self.cursor.looking_at("/*") && !self.no_comment_end {
            match self.cursor.rest().find("*/") {
                Some(length) => {
                    let end = self.cursor.at + length + 2;
                    return Opening::Comment { end };
                }
                None => self.no_comment_end = true,
            }
        }
        if palette_ahead(self.cursor.rest(), true) {
            Opening::Palette
        } else {
            Opening::Foreign
        }
    }

    /// Parses the reference whose braces are at `open`, from its first operand on.
    fn reference(&mut self, open: usize) -> Reference<'t> {
        let path = self.path(true);
        self.first_line_end = None;
        self.trailing_text();
        let mut pipeline = Vec::new();
        self.stages(0, &mut pipeline);
        let end = self.finish(open, &mut pipeline);
        let mut problems = std::mem::take(&mut self.problems);
        // White space after an unclosed reference is none of its own.
        problems.retain(|problem| problem.range.end <= end || problem.kind == ProblemKind::Nested);
        problems.sort_by_key(|problem| (problem.range.start, problem.range.end));
        Reference {
            range: open..end,
            expression: path.expression,
            family: path.family,
            path: path.names,
            pipeline,
            problems,
        }
    }

    /// Closes the reference and gives its end.
    fn finish(&mut self, open: usize, pipeline: &mut Vec<Call<'t>>) -> usize {
        let start = self.cursor.at;
        match self.cursor.ahead(false) {
            Ahead::Close => {
                if self.cursor.eat("-") && start == self.cursor.token_end {
                    self.report(
                        ProblemKind::TrimMarker,
                        start..start + 3,
                        "`-}}` needs white space before it",
                        Some(" -}}".to_owned()),
                    );
                }
                self.cursor.eat("}}");
                return self.cursor.at;
            }
            Ahead::Brace => {
                self.cursor.eat("}");
                // With another brace near it is open which of the two is meant.
                let rest = self.cursor.rest().trim_start_matches([' ', '\t']);
                let suggestion = (!rest.starts_with('}')).then(|| "}}".to_owned());
                self.report(
                    ProblemKind::Unclosed,
                    start..start + 1,
                    "found a single `}`, `}}` closes a reference",
                    suggestion,
                );
                return self.cursor.at;
            }
            Ahead::Open if self.first_line_end.is_none() && !self.hopeless => {
                let message =
                    "found `{{` inside a reference, references cannot be nested and end with `}}`";
                self.report(ProblemKind::Nested, start..start + 2, message, None);
            }
            _ if self.hopeless => {}
            _ => return self.unclosed(open, pipeline),
        }
        self.cursor.token_end
    }

    /// Reports a reference without `}}`. Only its first line is taken to belong to it, so that the
    /// lines after a forgotten `}}` are not read as arguments.
    fn unclosed(&mut self, open: usize, pipeline: &mut Vec<Call<'t>>) -> usize {
        let end = self.first_line_end.unwrap_or(self.cursor.token_end);
        pipeline.retain(|call| call.name.range.end <= end);
        if let Some(call) = pipeline.last_mut() {
            call.args.retain(|argument| argument.range.end <= end);
            let last = call.args.last().map(|argument| argument.range.end);
            call.range.end = last.unwrap_or(call.name.range.end);
        }
        self.problems.retain(|problem| problem.range.end <= end);
        let spaced = self
            .cursor
            .slice(open..open + 3)
            .ends_with([' ', '\t', '-']);
        let closing = if spaced { " }}" } else { "}}" };
        // After other problems the end of what was read is hardly where `}}` was forgotten.
        let suggestion = self.problems.is_empty().then(|| closing.to_owned());
        self.report(
            ProblemKind::Unclosed,
            end..end,
            "the reference is not closed, `}}` would be right here",
            suggestion,
        );
        end
    }

    /// Reports what stands between the path and the first `|` or the end.
    fn trailing_text(&mut self) {
        self.space();
        let start = self.cursor.at;
        let known = self.problems.len();
        while self.first_line_end.is_none() && self.cursor.ahead(false) == Ahead::Operand {
            self.argument(0);
            self.space();
        }
        if self.cursor.ahead(false) == Ahead::Operand {
            self.cursor.stop();
        }
        if self.cursor.token_end > start {
            self.problems.truncate(known);
            let range = start..self.cursor.token_end;
            let found = excerpt(self.cursor.slice(range.clone()));
            let message = format!("found `{found}` after the path, `|` or `}}}}` would be right");
            self.report(ProblemKind::TrailingText, range, message, None);
        }
    }

    /// Tells whether what cannot be understood is on a line after the path's: then the reference
    /// ended before it and lacks its `}}`.
    pub(super) fn lost(&mut self) -> bool {
        let lost = self.first_line_end.is_some();
        if lost {
            self.cursor.stop();
        }
        lost
    }

    /// Goes to the next braces or the end of the line, where the reference ends, and gives the text
    /// passed over without the white space at its end.
    pub(super) fn give_up(&mut self) -> &'t str {
        self.hopeless = true;
        let start = self.cursor.at;
        let stop = self.cursor.line_stop(start);
        let skipped = self.cursor.slice(start..stop);
        let braces = self.cursor.slice(stop..stop + 2);
        let skipped = match skipped.strip_suffix(" -") {
            Some(before) if braces == "}}" => before,
            _ => skipped,
        };
        let skipped = skipped.trim_end();
        self.cursor.at = start + skipped.len();
        if !matches!(braces, "}}" | "{{") {
            self.cursor.stop();
        }
        skipped
    }

    pub(super) fn space(&mut self) {
        let problems = &mut self.problems;
        let line_ended = self.cursor.space(|c, range| {
            let code = u32::from(c);
            let right = if is_zero_width(c) { "" } else { " " };
            problems.push(Problem {
                kind: ProblemKind::OddSpace,
                range,
                message: format!("found the character U+{code:04X}, a plain space would be right"),
                suggestion: Some(right.to_owned()),
            });
        });
        if line_ended {
            self.first_line_end.get_or_insert(self.cursor.token_end);
        }
    }

    pub(super) fn report(
        &mut self,
        kind: ProblemKind,
        range: Range<usize>,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        self.problems.push(Problem {
            kind,
            range,
            message: message.into(),
            suggestion,
        });
    }
}

pub(super) fn spanned(value: &str, start: usize) -> Spanned<&str> {
    Spanned {
        value,
        range: start..start + value.len(),
    }
}

/// The start of a text, short enough for a message.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
