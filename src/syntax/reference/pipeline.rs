//! Pipelines: the functions after `|` and their arguments.

use std::ops::Range;

use super::lexer::{Ahead, is_identifier, is_name, leading_word};
use super::parser::{Parser, excerpt, spanned};
use super::path::palette_ahead;
use super::{Argument, ArgumentKind, Call, ProblemKind};

/// How many parentheses may be open at once; keeps the recursion, and the tree, shallow.
const MAX_DEPTH: usize = 64;

impl<'t> Parser<'t> {
    /// Reads `| function arguments` as often as it comes.
    pub(super) fn stages(&mut self, depth: usize, calls: &mut Vec<Call<'t>>) {
        self.space();
        while self.cursor.ahead(depth > 0) == Ahead::Pipe {
            let pipe = self.cursor.at;
            self.cursor.eat("|");
            self.space();
            let start = self.cursor.at;
            if self.cursor.ahead(depth > 0) != Ahead::Operand {
                self.report(
                    ProblemKind::EmptyStage,
                    pipe..pipe + 1,
                    "found no function after `|`",
                    Some(String::new()),
                );
            } else if function_ahead(self.cursor.rest()) {
                calls.push(self.call(depth));
            } else {
                let known = self.problems.len();
                self.arguments(depth);
                self.problems.truncate(known);
                let range = start..self.cursor.token_end.max(start);
                let found = excerpt(self.cursor.slice(range.clone()));
                let message = format!("found `{found}` after `|`, a function would be right");
                self.report(ProblemKind::NotAFunction, range, message, None);
            }
        }
    }

    /// Reads a function and its arguments.
    fn call(&mut self, depth: usize) -> Call<'t> {
        let start = self.cursor.at;
        let name = spanned(self.cursor.take_while(is_identifier), start);
        let args = self.arguments(depth);
        let end = args
            .last()
            .map_or(name.range.end, |argument| argument.range.end);
        Call {
            name,
            range: start..end,
            args,
        }
    }

    fn arguments(&mut self, depth: usize) -> Vec<Argument<'t>> {
        let mut arguments = Vec::new();
        loop {
            self.space();
            if self.cursor.ahead(depth > 0) != Ahead::Operand {
                return arguments;
            }
            arguments.extend(self.argument(depth));
        }
    }

    /// Reads one argument; `None` when there was something else, which is reported. Moves on, or
    /// stops the cursor, in any case.
    pub(super) fn argument(&mut self, depth: usize) -> Option<Argument<'t>> {
        let start = self.cursor.at;
        let rest = self.cursor.rest();
        let kind = match self.cursor.peek()? {
            _ if palette_ahead(rest, false) => {
                let path = self.path(false);
                ArgumentKind::Reference {
                    family: path.family,
                    path: path.names,
                }
            }
            '(' => self.parenthesised(depth)?,
            '"' => match self.cursor.double_quoted() {
                Some(content) => ArgumentKind::String(content),
                None => return self.unterminated('"'),
            },
            '`' => match self.cursor.raw_quoted() {
                Some(content) => ArgumentKind::String(content),
                None => return self.unterminated('`'),
            },
            '\'' => match self.cursor.single_quoted() {
                Some(content) => self.rune(start, content),
                None => return self.unterminated('\''),
            },
            '$' => {
                self.cursor.eat("$");
                self.cursor.take_while(|c| is_identifier(c) || c == '.');
                ArgumentKind::Variable
            }
            _ => match self.cursor.wrongly_quoted() {
                Some(content) => {
                    let range = start..self.cursor.at;
                    self.wrong_quotes(range, content, "found a string in the wrong quotes");
                    ArgumentKind::String(content)
                }
                None => self.word()?,
            },
        };
        Some(Argument {
            range: start..self.cursor.end(),
            kind,
        })
    }

    /// Reads `( … )`.
    fn parenthesised(&mut self, depth: usize) -> Option<ArgumentKind<'t>> {
        let open = self.cursor.at;
        if depth >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} parentheses are open");
            self.report(ProblemKind::TooDeep, open..open + 1, message, None);
            self.give_up();
            return None;
        }
        self.cursor.eat("(");
        self.space();
        let mut head = None;
        let mut calls = Vec::new();
        if function_ahead(self.cursor.rest()) {
            calls.push(self.call(depth + 1));
        } else {
            let mut operands = self.arguments(depth + 1).into_iter();
            head = operands.next().map(Box::new);
            if let Some(extra) = operands.next()
                && self
                    .problems
                    .last()
                    .is_none_or(|problem| problem.range.end <= extra.range.start)
            {
                let message = "found a second operand, `|` or `)` would be right";
                self.report(ProblemKind::UnexpectedText, extra.range, message, None);
            }
        }
        self.stages(depth + 1, &mut calls);
        let closed = self.cursor.eat(")");
        if closed && head.is_none() && calls.is_empty() {
            let range = open..self.cursor.at;
            let message = "found nothing between the parentheses";
            self.report(ProblemKind::Parenthesis, range, message, None);
        } else if !closed && !self.hopeless {
            let message = "`(` is not closed, `)` is missing";
            self.report(ProblemKind::Parenthesis, open..open + 1, message, None);
        }
        Some(ArgumentKind::Parenthesised { head, calls })
    }

    /// Judges what was between single quotes.
    fn rune(&mut self, start: usize, content: &'t str) -> ArgumentKind<'t> {
        let length = content.chars().count();
        // `\n`, `\x41` or `\101`, `\u00e9`, `\U0001F600`
        let escape = content.starts_with('\\') && matches!(length, 2 | 4 | 6 | 10);
        if length != 1 && !escape {
            let found = excerpt(content);
            let message = format!("found `'{found}'`");
            self.wrong_quotes(start..self.cursor.at, content, &message);
        }
        ArgumentKind::Rune
    }

    fn wrong_quotes(&mut self, range: Range<usize>, content: &str, found: &str) {
        let simple = !content.contains(['"', '\\']);
        self.report(
            ProblemKind::WrongQuotes,
            range,
            format!("{found}, Go templates write strings in double quotes"),
            simple.then(|| format!("\"{content}\"")),
        );
    }

    /// Reads what stands without quotes or parentheses.
    fn word(&mut self) -> Option<ArgumentKind<'t>> {
        let word = leading_word(self.cursor.rest());
        let number = starts_like_number(word);
        let kind = match word {
            "true" => ArgumentKind::Bool(true),
            "false" => ArgumentKind::Bool(false),
            "nil" => ArgumentKind::Nil,
            _ if number && is_valid_number(word) => ArgumentKind::Number,
            _ if number => return self.unexpected(ProblemKind::InvalidNumber, word),
            _ if is_function(word) => ArgumentKind::Function(word),
            _ if word.starts_with('.') && word.chars().all(|c| c == '.' || is_identifier(c)) => {
                ArgumentKind::Field
            }
            _ => return self.unexpected(ProblemKind::UnexpectedText, word),
        };
        self.cursor.at += word.len();
        Some(kind)
    }

    /// Reports a quote without a partner. What follows on the line is taken for its string, up to
    /// the next braces.
    fn unterminated(&mut self, quote: char) -> Option<Argument<'t>> {
        if self.lost() {
            return None;
        }
        let start = self.cursor.at;
        let string = self.give_up();
        let content = string.get(1..).unwrap_or_default();
        // With more than a word it is open where the string was meant to end.
        let certain = quote != '\'' && !content.is_empty() && content.chars().all(is_name);
        self.report(
            ProblemKind::UnterminatedString,
            start..start + string.len(),
            format!("found `{quote}` without its partner, a string ends with another `{quote}`"),
            certain.then(|| format!("{string}{quote}")),
        );
        None
    }

    /// Steps over `word`, or one character when it is empty, and reports that it is no argument.
    fn unexpected(&mut self, kind: ProblemKind, word: &str) -> Option<ArgumentKind<'t>> {
        if self.lost() {
            return None;
        }
        let start = self.cursor.at;
        self.cursor.at += match word.len() {
            0 => self.cursor.peek().map_or(0, char::len_utf8),
            length => length,
        };
        let range = start..self.cursor.at;
        let found = excerpt(self.cursor.slice(range.clone()));
        if found == ")" {
            let message = "found `)` without `(`";
            self.report(
                ProblemKind::Parenthesis,
                range,
                message,
                Some(String::new()),
            );
            return None;
        }
        let quotable = word.starts_with(|c: char| c.is_ascii_alphanumeric());
        let message = match kind {
            ProblemKind::InvalidNumber => {
                format!("found the invalid number `{found}`, a string has to be in double quotes")
            }
            _ if quotable => format!("found `{found}`, a string has to be in double quotes"),
            _ => format!("found `{found}`, an argument, `|` or `}}}}` would be right"),
        };
        self.report(
            kind,
            range,
            message,
            quotable.then(|| format!("\"{word}\"")),
        );
        None
    }
}

/// Tells whether a word can name a function.
fn is_function(word: &str) -> bool {
    let starts = word.starts_with(|c: char| is_identifier(c) && !c.is_ascii_digit());
    starts && word.chars().all(is_identifier) && !matches!(word, "true" | "false" | "nil")
}

/// Tells whether the name of a function comes next.
fn function_ahead(rest: &str) -> bool {
    is_function(leading_word(rest))
}

/// Tells whether a word is a number, perhaps an invalid one.
fn starts_like_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

/// Judges a number by Go's rules; what Go reads and nobody writes (hexadecimal fractions, imaginary
/// numbers) passes roughly.
fn is_valid_number(number: &str) -> bool {
    let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
    let plain: String = unsigned.chars().filter(|&c| c != '_').collect();
    let plain = plain.strip_suffix('i').unwrap_or(&plain);
    let lower = plain.to_ascii_lowercase();
    let all = |digits: &str, radix| {
        !digits.is_empty()
            && digits
                .chars()
                .all(|c| c.is_digit(radix) || matches!(c, '.' | 'p' | '+' | '-'))
    };
    if let Some(digits) = lower.strip_prefix("0x") {
        all(digits, 16)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        all(digits, 2)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        all(digits, 8)
    } else {
        lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') && lower.parse::<f64>().is_ok()
    }
}
