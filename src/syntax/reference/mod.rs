//! Palette references: `{{ .spectro.<family>.<name> | function … }}` in any text.
//!
//! Owns their recognition among foreign templates (Helm, Go, Prometheus …), their syntax tree with
//! exact byte ranges, and the syntax problems of those that are malformed. Whether a macro, a
//! variable, a pack key or a function exists is for others to decide.
//!
//! Palette resolves references with a resolver of its own: keys with `-`, such as
//! `.spectro.pack.kubernetes.kubeadmconfig.apiServer.extraArgs.oidc-client-id`, are documented
//! (Palette documentation, pack constraints) though a Go template could not hold them. Everything
//! around the path follows the grammar of Go's `text/template`.
//!
//! All ranges are half-open, 0-based byte ranges into the text given, and lie on character
//! boundaries.

use std::fmt;
use std::ops::Range;

mod functions;
mod lexer;
mod parser;
mod path;
mod pipeline;
mod template;
#[cfg(test)]
mod tests;

pub use functions::{FunctionSource, functions, translated};
pub use template::template_ranges;

/// Every `{{ … }}` in `text` that is a Palette reference, in order and without overlap.
///
/// A template counts when its first operand is `.spectro` followed by `.`, or when it certainly was
/// meant to be: `spectro.macro.x` without its dot, `.Spectro.macro.x`, `.spectro. Macro.x`. All
/// other templates are foreign and skipped, although a reference inside a foreign one's string is
/// found; one inside a comment `{{/* … */}}` is not. The text should be decoded (no YAML or JSON
/// escapes left). Takes time linear in its length.
#[must_use]
pub fn scan(text: &str) -> Vec<Reference<'_>> {
    parser::scan(text)
}

/// One Palette reference, perhaps malformed.
///
/// With [`problems`](Self::problems) the other fields are what could be made out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'t> {
    /// From `{{` to after `}}`, or to the end of what belongs to it when it is not closed.
    pub range: Range<usize>,
    /// The path as written: `.spectro.macro.name`.
    pub expression: Range<usize>,
    /// What kind of thing is named; absent when missing or unknown.
    pub family: Option<Spanned<Family>>,
    /// What follows the family: for macros and variables one name, which may hold dots; for the
    /// others the segments between dots (the pack's name, then its keys).
    pub path: Vec<Spanned<&'t str>>,
    /// The functions after each `|`, in order.
    pub pipeline: Vec<Call<'t>>,
    /// What makes it malformed, by position; empty when nothing does.
    pub problems: Vec<Problem>,
}

impl<'t> Reference<'t> {
    /// All that is referred to: the reference itself first, then references among its arguments.
    #[must_use]
    pub fn targets(&self) -> Vec<Target<'_, 't>> {
        let mut targets = vec![Target {
            expression: self.expression.clone(),
            family: self.family.as_ref(),
            path: &self.path,
        }];
        walk(&self.pipeline, &mut |node| {
            if let Node::Argument(argument) = node
                && let ArgumentKind::Reference { family, path } = &argument.kind
            {
                targets.push(Target {
                    expression: argument.range.clone(),
                    family: family.as_ref(),
                    path,
                });
            }
        });
        targets
    }

    /// The name of every function called, those inside arguments too, in order.
    #[must_use]
    pub fn functions(&self) -> Vec<Spanned<&'t str>> {
        let mut functions = Vec::new();
        walk(&self.pipeline, &mut |node| match node {
            Node::Call(call) => functions.push(call.name.clone()),
            Node::Argument(argument) => {
                if let ArgumentKind::Function(name) = argument.kind {
                    functions.push(Spanned {
                        value: name,
                        range: argument.range.clone(),
                    });
                }
            }
        });
        functions
    }
}

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The word after `.spectro.`: where the value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// `.spectro.macro.NAME`: a project, tenant or system macro.
    Macro,
    /// `.spectro.system.PATH`: a value Palette knows, such as `cluster.name`.
    System,
    /// `.spectro.var.NAME`: a variable of the profile.
    Var,
    /// `.spectro.pack.PACK.KEYS`: a value of a pack of the same cluster.
    Pack,
    /// `.spectro.app.$appDeploymentName.TIER.OUTPUT`: an output of an app profile's tier.
    App,
}

impl Family {
    /// All families, in the order messages list them.
    pub const ALL: [Self; 5] = [Self::Macro, Self::System, Self::Var, Self::Pack, Self::App];

    /// The word as references spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Macro => "macro",
            Self::System => "system",
            Self::Var => "var",
            Self::Pack => "pack",
            Self::App => "app",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing referred to, see [`Reference::targets`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'r, 't> {
    /// The path as written.
    pub expression: Range<usize>,
    /// See [`Reference::family`].
    pub family: Option<&'r Spanned<Family>>,
    /// See [`Reference::path`].
    pub path: &'r [Spanned<&'t str>],
}

/// A function with its arguments, as in `substr 0 4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'t> {
    /// The function's name.
    pub name: Spanned<&'t str>,
    /// From the name to the end of the last argument.
    pub range: Range<usize>,
    /// The arguments written; the value from the left of `|` is not among them.
    pub args: Vec<Argument<'t>>,
}

/// One argument of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument<'t> {
    /// The argument with its quotes or parentheses.
    pub range: Range<usize>,
    /// What it is.
    pub kind: ArgumentKind<'t>,
}

/// What an argument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentKind<'t> {
    /// `"…"` or `` `…` ``: what is between the quotes, with escapes as written.
    String(&'t str),
    /// A number.
    Number,
    /// `true` or `false`.
    Bool(bool),
    /// `nil`.
    Nil,
    /// `'x'`: one character in single quotes, which Go takes for a number.
    Rune,
    /// Another Palette reference, without braces of its own.
    Reference {
        /// See [`Reference::family`].
        family: Option<Spanned<Family>>,
        /// See [`Reference::path`].
        path: Vec<Spanned<&'t str>>,
    },
    /// `.` or `.Values.x`: a field that is not Palette's.
    Field,
    /// `$` or `$name`.
    Variable,
    /// The name of a function called without arguments.
    Function(&'t str),
    /// `( … )`.
    Parenthesised {
        /// The operand at the start, when it is not a function with arguments.
        head: Option<Box<Argument<'t>>>,
        /// The functions, from left to right.
        calls: Vec<Call<'t>>,
    },
}

/// Something that makes a reference malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which rule of the syntax is broken.
    pub kind: ProblemKind,
    /// What is wrong, exactly. Empty where something is missing. Inside the reference's range, but
    /// for [`ProblemKind::Nested`], where it is the `{{` that follows.
    pub range: Range<usize>,
    /// What was found and what would be right; lower case, no final period.
    pub message: String,
    /// Text to put in place of the range.
    pub suggestion: Option<String>,
}

/// The ways in which a reference can be malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// No `}}` ends it.
    Unclosed,
    /// Another `{{` comes before `}}`.
    Nested,
    /// `{{-` or `-}}` without the white space Go asks for.
    TrimMarker,
    /// `spectro` or a family in a wrong but certain spelling.
    Spelling,
    /// The family is missing or unknown; a suggestion is a guess.
    UnknownFamily,
    /// Nothing follows the family.
    MissingName,
    /// Two dots in a row, or one at the end.
    EmptySegment,
    /// White space inside the path.
    SpaceInPath,
    /// A white-space character that templates do not know, such as a no-break space.
    OddSpace,
    /// A character that names cannot have, or a placeholder such as `<name>`.
    InvalidName,
    /// Something after the path that is not `|`.
    TrailingText,
    /// Nothing follows `|`.
    EmptyStage,
    /// What follows `|` is not a function.
    NotAFunction,
    /// A quote without its partner.
    UnterminatedString,
    /// A string in quotes other than `"…"` and `` `…` ``.
    WrongQuotes,
    /// Something like a number that is none, such as `1.19.0`.
    InvalidNumber,
    /// Parentheses without a partner or without content.
    Parenthesis,
    /// Parentheses inside more parentheses than are followed.
    TooDeep,
    /// Any other text that is not an argument.
    UnexpectedText,
}

/// What [`walk`] visits.
enum Node<'r, 't> {
    Call(&'r Call<'t>),
    Argument(&'r Argument<'t>),
}

/// Visits calls and their arguments at all depths, in the order of the text.
fn walk<'r, 't>(calls: &'r [Call<'t>], visit: &mut impl FnMut(Node<'r, 't>)) {
    for call in calls {
        visit(Node::Call(call));
        for argument in &call.args {
            walk_argument(argument, visit);
        }
    }
}

fn walk_argument<'r, 't>(argument: &'r Argument<'t>, visit: &mut impl FnMut(Node<'r, 't>)) {
    visit(Node::Argument(argument));
    if let ArgumentKind::Parenthesised { head, calls } = &argument.kind {
        if let Some(head) = head {
            walk_argument(head, visit);
        }
        walk(calls, visit);
    }
}
