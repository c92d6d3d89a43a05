//! Regular expressions as Go's `regexp` package reads them: what it refuses and why, and whether a text matches.
//!
//! Palette is written in Go, so its rules are those that count (Palette documentation, "Create Cluster Profile
//! Variables": variables are validated with the regexp engine). What Rust's `regex` accepts differs in both
//! directions: it refuses `\Q…\E` and named groups that begin with a digit, and accepts `[a&&b]`, `\<` and verbose mode.
//! So an expression is read here by the grammar of Go's `regexp/syntax` and written anew for the other engine, which
//! never sees a character that it could take for its own syntax.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

use crate::source::TextRange;

/// The largest count of a repetition, and the largest product of nested ones (Go's `regexp/syntax`).
const MAX_REPEAT: u32 = 1000;

/// How deep groups that capture may nest (`maxHeight` of Go's `regexp/syntax`, which counts what they hold as well).
const MAX_DEPTH: usize = 1000;

/// How much memory an expression may take to be tried, in bytes. A larger one is valid but not tried.
const SIZE_LIMIT: usize = 1 << 20;

/// Why Go does not take an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the expression.
    pub range: TextRange,
    /// What was found, and what would be right where that is known: lower case, without a final period.
    pub message: String,
    /// What does the same in Go, where something does.
    pub help: Option<&'static str>,
}

/// An expression that Go takes.
#[derive(Debug, Clone)]
pub struct GoRegex {
    /// Written for the other engine, if that is possible.
    written: Option<String>,
    /// Made when a text is tried: to make it takes longer than to read the expression.
    matcher: OnceLock<Option<regex::bytes::Regex>>,
}

/// The most expressions that are kept, and the longest, in bytes.
const MOST_KNOWN: usize = 256;
const LONGEST_KNOWN: usize = 1024;

/// What came of reading an expression.
type Outcome = Result<GoRegex, Fault>;

impl GoRegex {
    /// What comes of reading an expression, which may have been read before: the profiles of a batch have the same
    /// variables.
    #[must_use]
    pub fn known(pattern: &str) -> Arc<Outcome> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Outcome>>>> =
            LazyLock::new(Mutex::default);
        if pattern.len() > LONGEST_KNOWN {
            return Arc::new(Self::parse(pattern));
        }
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = known().get(pattern) {
            return Arc::clone(outcome);
        }
        let outcome = Arc::new(Self::parse(pattern));
        let mut known = known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(pattern.to_owned(), Arc::clone(&outcome));
        outcome
    }

    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// The first thing in it that Go refuses.
    pub fn parse(pattern: &str) -> Result<Self, Fault> {
        let mut reader = Reader::new(pattern);
        reader.read()?;
        Ok(Self {
            written: reader.is_writable.then_some(reader.out),
            matcher: OnceLock::new(),
        })
    }

    /// Whether the expression matches anywhere in a text, as in Go's `MatchString`; `None` where that cannot be told
    /// here, because the expression is too large or has no equivalent.
    #[must_use]
    pub fn is_match(&self, text: &str) -> Option<bool> {
        let make = || {
            regex::bytes::RegexBuilder::new(self.written.as_ref()?)
                .size_limit(SIZE_LIMIT)
                .build()
                .ok()
        };
        let matcher = self.matcher.get_or_init(make).as_ref()?;
        Some(matcher.is_match(text.as_bytes()))
    }
}

/// A group that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Where its parenthesis stands.
    at: usize,
    /// How many groups that capture it is in, itself included.
    depth: usize,
    /// The largest product of nested repetitions before it.
    weight_before: u32,
}

struct Reader<'p> {
    pattern: &'p str,
    at: usize,
    /// The expression, written for the other engine.
    out: String,
    /// Whether `out` says all of it.
    is_writable: bool,
    groups: Vec<Open>,
    names: HashSet<&'p str>,
    /// What a repetition would repeat: the largest product of repetitions nested in it.
    last: Option<u32>,
    /// Where the last token begins, when it is a repetition.
    last_repeat: Option<usize>,
    /// The largest product of nested repetitions in the group that is open, before the last item.
    weight: u32,
}

/// A character of the expression, escaped or not: Go lets escapes name surrogates, which no text has.
type Rune = u32;

impl<'p> Reader<'p> {
    fn new(pattern: &'p str) -> Self {
        Self {
            pattern,
            at: 0,
            out: String::with_capacity(pattern.len() + 16),
            is_writable: true,
            groups: Vec::new(),
            names: HashSet::new(),
            last: None,
            last_repeat: None,
            weight: 1,
        }
    }

    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn fault(&self, start: usize, message: impl Into<String>) -> Fault {
        Fault {
            range: TextRange::new(start, self.at),
            message: message.into(),
            help: None,
        }
    }

    fn since(&self, start: usize) -> &'p str {
        self.pattern.get(start..self.at).unwrap_or_default()
    }

    fn read(&mut self) -> Result<(), Fault> {
        while let Some(character) = self.peek() {
            let start = self.at;
            let is_repeat = match character {
                '*' | '+' | '?' => {
                    self.next();
                    self.repeat(start, 1)?;
                    true
                }
                '{' => match self.counts() {
                    Some(counts) => {
                        self.counted(start, counts)?;
                        true
                    }
                    None => {
                        self.next();
                        self.literal(Rune::from('{'));
                        false
                    }
                },
                _ => {
                    self.item(character)?;
                    false
                }
            };
            self.last_repeat = is_repeat.then_some(start);
        }
        match self.groups.pop() {
            Some(open) => Err(Fault {
                range: TextRange::new(open.at, open.at + 1),
                message: "found `(` without `)`".to_owned(),
                help: None,
            }),
            None => Ok(()),
        }
    }

    /// Reads anything but a repetition.
    fn item(&mut self, character: char) -> Result<(), Fault> {
        match character {
            '(' => return self.open(),
            ')' => return self.close(),
            '|' => {
                self.next();
                self.out.push('|');
                self.settle();
                self.last = None;
            }
            '[' => {
                self.class()?;
                self.item_done(1);
            }
            '.' | '^' | '$' => {
                self.next();
                self.out.push(character);
                self.item_done(1);
            }
            '\\' => return self.escape(),
            _ => {
                self.next();
                self.literal(Rune::from(character));
            }
        }
        Ok(())
    }

    /// Notes that something was read which a repetition can repeat.
    fn item_done(&mut self, weight: u32) {
        self.settle();
        self.last = Some(weight);
    }

    fn settle(&mut self) {
        self.weight = self.weight.max(self.last.unwrap_or(1));
    }

    fn literal(&mut self, rune: Rune) {
        self.push(rune);
        self.item_done(1);
    }

    /// Writes a character so that it stands for itself.
    fn push(&mut self, rune: Rune) {
        match char::from_u32(rune) {
            Some(character) if character.is_ascii_alphanumeric() => self.out.push(character),
            Some(_) => {
                let _ = write!(self.out, "\\x{{{rune:X}}}");
            }
            None => self.is_writable = false,
        }
    }

    fn open(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.next();
        let head = self.rest();
        let captures = !head.starts_with('?') || head.starts_with("?P<") || head.starts_with("?<");
        if head.starts_with('?') {
            if !self.group_head(start)? {
                return Ok(());
            }
        } else {
            self.out.push('(');
        }
        self.settle();
        let around = self.groups.last().map_or(0, |open| open.depth);
        let depth = around + usize::from(captures);
        if depth > MAX_DEPTH {
            return Err(self.fault(
                start,
                format!("found more than {MAX_DEPTH} groups in each other, Go nests at most {MAX_DEPTH} levels"),
            ));
        }
        self.groups.push(Open {
            at: start,
            depth,
            weight_before: self.weight,
        });
        self.weight = 1;
        self.last = None;
        Ok(())
    }

    /// Reads what follows `(` from `?` on, and tells whether a group begins: flags may stand alone.
    fn group_head(&mut self, start: usize) -> Result<bool, Fault> {
        self.next();
        for (operator, what) in [
            ("<=", "a lookbehind"),
            ("<!", "a lookbehind"),
            ("=", "a lookahead"),
            ("!", "a lookahead"),
            (">", "an atomic group"),
            ("#", "a comment"),
            ("|", "a branch reset"),
            ("(", "a condition"),
            ("P=", "a backreference"),
            ("P>", "a call of a group"),
        ] {
            if self.eat(operator) {
                let found = self.since(start);
                return Err(self.fault(
                    start,
                    format!("found {what} `{found}`, which Go's regular expressions do not have"),
                ));
            }
        }
        if self.eat("P<") || self.eat("<") {
            self.name(start)?;
            self.out.push('(');
            return Ok(true);
        }
        self.out.push_str("(?");
        let mut is_negative = false;
        let mut has_flag = false;
        loop {
            match self.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    self.out.push(flag);
                    has_flag = true;
                }
                Some('-') if !is_negative => {
                    self.out.push('-');
                    is_negative = true;
                    has_flag = false;
                }
                Some(end @ (':' | ')')) if has_flag || !is_negative => {
                    // The other engine takes no empty set of flags that stands alone.
                    if end == ')' && !has_flag {
                        self.out.truncate(self.out.len() - 2);
                    } else {
                        self.out.push(end);
                    }
                    return Ok(end == ':');
                }
                Some(_) | None => {
                    let found = self.since(start);
                    return Err(Fault {
                        help: Some("flags are `i`, `m`, `s` and `U`"),
                        ..self.fault(
                            start,
                            format!(
                                "found `{found}`, which begins no group that Go knows and sets no flag that it has"
                            ),
                        )
                    });
                }
            }
        }
    }

    fn name(&mut self, start: usize) -> Result<(), Fault> {
        let from = self.at;
        let Some(length) = self.rest().find('>') else {
            self.at = self.pattern.len();
            return Err(self.fault(start, "found the name of a group without `>` after it"));
        };
        self.at += length;
        let name = self.since(from);
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if name.is_empty() || !name.chars().all(is_word) {
            return Err(self.fault(
                from,
                format!(
                    "found `{name}` as the name of a group, letters, digits and `_` would be right"
                ),
            ));
        }
        if !self.names.insert(name) {
            return Err(self.fault(from, format!("two groups have the name `{name}`")));
        }
        self.next();
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.next();
        let Some(open) = self.groups.pop() else {
            return Err(self.fault(start, "found `)` without `(`"));
        };
        self.out.push(')');
        self.settle();
        let inside = self.weight;
        self.weight = open.weight_before;
        self.last = Some(inside);
        Ok(())
    }

    /// Notes a repetition, after reading its operator; `count` is what it multiplies nested repetitions by.
    fn repeat(&mut self, start: usize, count: u32) -> Result<(), Fault> {
        self.eat("?");
        if let Some(first) = self.last_repeat {
            let both = self.since(first);
            let mut fault = self.fault(
                first,
                format!("found `{both}`, one repetition after another, which Go does not take"),
            );
            if self.since(start).starts_with('+') {
                fault.help =
                    Some("Go has no possessive repetitions, and needs none: it never tries again");
            }
            return Err(fault);
        }
        let found = self.since(start);
        let Some(weight) = self.last else {
            return Err(self.fault(
                start,
                format!("found `{found}` with nothing before it to repeat"),
            ));
        };
        let weight = weight.saturating_mul(count);
        if count > 1 && weight > MAX_REPEAT {
            return Err(self.fault(
                start,
                format!("found more than {MAX_REPEAT} repetitions of repetitions, Go takes at most {MAX_REPEAT} in all"),
            ));
        }
        self.out.push_str(found);
        self.last = Some(weight);
        Ok(())
    }

    /// The counts of `{n}`, `{n,}` or `{n,m}` and its length. Anything else is no repetition, but a brace.
    fn counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let inside = self.rest().strip_prefix('{')?;
        let (inside, _) = inside.split_once('}')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let is_plain = text.len() == 1 || !text.starts_with('0');
            (is_number && is_plain).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let (min, max) = match inside.split_once(',') {
            None => (number(inside)?, Some(number(inside)?)),
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        Some((min, max, inside.len() + 2))
    }

    fn counted(
        &mut self,
        start: usize,
        (min, max, length): (u32, Option<u32>, usize),
    ) -> Result<(), Fault> {
        self.at += length;
        let found = self.since(start);
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT) {
            return Err(self.fault(
                start,
                format!("found `{found}`, Go repeats at most {MAX_REPEAT} times"),
            ));
        }
        if max.is_some_and(|max| max < min) {
            return Err(self.fault(
                start,
                format!("found `{found}`, the first count would have to be the smaller one"),
            ));
        }
        self.repeat(start, max.unwrap_or(min).max(1))
    }

    /// Reads an escape outside of a class.
    fn escape(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let after = self.rest().get(1..).unwrap_or_default();
        match after.chars().next() {
            Some(anchor @ ('A' | 'z' | 'b' | 'B')) => {
                self.at += 2;
                match anchor {
                    'b' => self.out.push_str(r"(?-u:\b)"),
                    'B' => self.out.push_str(r"(?-u:\B)"),
                    _ => self
                        .out
                        .push_str(self.pattern.get(start..self.at).unwrap_or_default()),
                }
                self.item_done(1);
            }
            Some('Q') => {
                self.at += 2;
                let rest = self.rest();
                let (text, length) = match rest.find(r"\E") {
                    Some(end) => (rest.get(..end).unwrap_or_default(), end + 2),
                    None => (rest, rest.len()),
                };
                for character in text.chars() {
                    self.literal(Rune::from(character));
                }
                self.at += length;
            }
            _ => {
                if !self.named_class()? {
                    let rune = self.escaped_rune()?;
                    self.push(rune);
                }
                self.item_done(1);
            }
        }
        Ok(())
    }

    /// Reads `\d` and its like, or `\p{Greek}`, inside of a class or outside.
    fn named_class(&mut self) -> Result<bool, Fault> {
        let start = self.at;
        let mut characters = self.rest().chars().skip(1);
        let class = match characters.next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => r"[\t\n\x0C\r\x20]",
            Some('S') => r"[^\t\n\x0C\r\x20]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some(letter @ ('p' | 'P')) => {
                self.at += 2;
                self.unicode_class(start, letter == 'P')?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        self.at += 2;
        self.out.push_str(class);
        Ok(true)
    }

    fn unicode_class(&mut self, start: usize, is_negated: bool) -> Result<(), Fault> {
        let from = self.at;
        let name = match self.next() {
            Some('{') => match self.rest().find('}') {
                Some(length) => {
                    let from = self.at;
                    self.at += length;
                    let name = self.since(from);
                    self.at += 1;
                    name
                }
                None => {
                    let found = self.since(start);
                    return Err(self.fault(start, format!("found `{found}` without `}}` after it")));
                }
            },
            _ => self.since(from),
        };
        let (bare, is_negated) = match name.strip_prefix('^') {
            Some(bare) => (bare, !is_negated),
            None => (name, is_negated),
        };
        let Some(known) = unicode_property(bare) else {
            let found = self.since(start);
            return Err(Fault {
                help: Some(
                    "Go knows general categories, such as `L` and `Nd`, and scripts, such as `Greek`",
                ),
                ..self.fault(
                    start,
                    format!("found `{found}`, which is no Unicode class that Go knows"),
                )
            });
        };
        let letter = if is_negated { 'P' } else { 'p' };
        let _ = write!(self.out, "\\{letter}{{{known}}}");
        Ok(())
    }

    /// Reads an escape that stands for one character.
    fn escaped_rune(&mut self) -> Result<Rune, Fault> {
        let start = self.at;
        self.next();
        let Some(character) = self.next() else {
            return Err(self.fault(start, r"found `\` at the end, with nothing to escape"));
        };
        let rune = match character {
            '0'..='7' => self.octal(character),
            'x' => self.hexadecimal(),
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            _ if character.is_ascii() && !character.is_ascii_alphanumeric() => {
                Some(Rune::from(character))
            }
            _ => None,
        };
        rune.ok_or_else(|| self.unknown_escape(start, character))
    }

    fn unknown_escape(&self, start: usize, character: char) -> Fault {
        let found = self.since(start);
        let fault = |message, help| Fault {
            help,
            ..self.fault(start, message)
        };
        match character {
            '1'..='9' | 'k' | 'g' => fault(
                format!(
                    "found the backreference `{found}`, which Go's regular expressions do not have"
                ),
                None,
            ),
            'C' => fault(
                format!("found `{found}`, Go's regular expressions do not match single bytes"),
                None,
            ),
            'Z' => fault(
                format!("found `{found}`, which Go does not know"),
                Some(r"the end of the text is `$` or `\z`"),
            ),
            'h' => fault(
                format!("found `{found}`, which Go does not know"),
                Some(r"blanks are `[ \t]`"),
            ),
            'R' => fault(
                format!("found `{found}`, which Go does not know"),
                Some(r"line breaks are `\r?\n`"),
            ),
            'x' => fault(
                format!(
                    r"found `{found}`, `\x` takes two hexadecimal digits or any number in braces"
                ),
                None,
            ),
            'u' | 'U' => fault(
                format!("found `{found}`, which Go does not know"),
                Some(r"characters are written by their number as in `\x{e9}`"),
            ),
            _ => fault(
                format!("found `{found}`, an escape that Go does not know"),
                None,
            ),
        }
    }

    /// Two digits at least, unless the first is `0`: one digit alone would be a backreference.
    fn octal(&mut self, first: char) -> Option<Rune> {
        let is_octal = |next: &char| ('0'..='7').contains(next);
        if first != '0' && !self.peek().is_some_and(|next| is_octal(&next)) {
            return None;
        }
        let mut rune = first.to_digit(8)?;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else {
                break;
            };
            self.next();
            rune = rune * 8 + digit;
        }
        Some(rune)
    }

    fn hexadecimal(&mut self) -> Option<Rune> {
        if self.eat("{") {
            let mut rune: Rune = 0;
            let from = self.at;
            while let Some(digit) = self.peek().and_then(|next| next.to_digit(16)) {
                self.next();
                rune = rune.checked_mul(16)?.checked_add(digit)?;
                if rune > Rune::from(char::MAX) {
                    return None;
                }
            }
            let has_digits = self.at > from;
            return (self.eat("}") && has_digits).then_some(rune);
        }
        let high = self.next()?.to_digit(16)?;
        let low = self.next()?.to_digit(16)?;
        Some(high * 16 + low)
    }

    fn class(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.next();
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            if !is_first && self.eat("]") {
                self.out.push(']');
                return Ok(());
            }
            is_first = false;
            if self.posix_class()? || (self.rest().starts_with('\\') && self.named_class()?) {
                continue;
            }
            let from = self.at;
            let low = self.class_rune(start)?;
            let mut range = self.rest().chars();
            let high = if range.next() == Some('-') && range.next().is_some_and(|end| end != ']') {
                self.next();
                self.class_rune(start)?
            } else {
                low
            };
            if high < low {
                let found = self.since(from);
                return Err(self.fault(
                    from,
                    format!("found the range `{found}`, which ends before it begins"),
                ));
            }
            self.push(low);
            if high > low {
                self.out.push('-');
                self.push(high);
            }
        }
    }

    fn class_rune(&mut self, start: usize) -> Result<Rune, Fault> {
        match self.peek() {
            None => {
                self.at = start + 1;
                Err(self.fault(start, "found `[` without `]`"))
            }
            Some('\\') => self.escaped_rune(),
            Some(character) => {
                self.next();
                Ok(Rune::from(character))
            }
        }
    }

    /// Reads `[:alpha:]`. Without `:]` it is a bracket like others.
    fn posix_class(&mut self) -> Result<bool, Fault> {
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print",
            "punct", "space", "upper", "word", "xdigit",
        ];
        let start = self.at;
        let Some(length) = self
            .rest()
            .strip_prefix("[:")
            .and_then(|inside| inside.find(":]"))
        else {
            return Ok(false);
        };
        self.at += length + 4;
        let found = self.since(start);
        let name = found.trim_matches(['[', ':', ']']);
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(self.fault(
                start,
                format!("found `{found}`, which is no class that Go knows"),
            ));
        }
        self.out.push_str(found);
        Ok(true)
    }
}

/// A general category or script as the other engine names it. Newer releases of Go take more spellings than older ones,
/// so any spelling passes.
fn unicode_property(name: &str) -> Option<String> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || " _-".contains(character);
    if name.is_empty() || !name.chars().all(is_plain) {
        return None;
    }
    let any = ["Any", "Assigned", "ASCII"]
        .into_iter()
        .filter(|any| any.eq_ignore_ascii_case(name))
        .map(str::to_owned);
    let named = ["gc", "sc"]
        .into_iter()
        .map(|kind| format!("{kind}={name}"));
    let mut candidates = any.chain(named);
    candidates.find(|property| regex::Regex::new(&format!(r"\p{{{property}}}")).is_ok())
}

#[cfg(test)]
mod tests {
    use super::GoRegex;

    /// What is wrong with an expression, and where.
    fn fault(pattern: &str) -> Option<(&str, String)> {
        let fault = GoRegex::parse(pattern).err()?;
        Some((fault.range.of(pattern), fault.message))
    }

    #[test]
    fn what_go_does_not_have_is_found_where_it_stands() {
        for (pattern, place) in [
            (r"^(?!-)[a-z]+", "(?!"),
            (r"^(?=.*\d)", "(?="),
            (r"a(?<=b)", "(?<="),
            (r"a(?<!b)", "(?<!"),
            (r"(a)\1", r"\1"),
            (r"(?P<x>a)(?P=x)", "(?P="),
            (r"(?P<x>a)\k<x>", r"\k"),
            ("a++", "++"),
            ("a*+", "*+"),
            ("a{2}{3}", "{2}{3}"),
            ("a**", "**"),
            ("(?>a)", "(?>"),
            ("(?x)a", "(?x"),
            ("(?i-)a", "(?i-)"),
            (r"\Ca", r"\C"),
            (r"^a\Z", r"\Z"),
            (r"\u00e9", r"\u"),
            (r"\xg1", r"\xg"),
            (r"\x{110000}", r"\x{110000"),
            (r"a\", r"\"),
            ("a{1001}", "{1001}"),
            ("a{3,2}", "{3,2}"),
            ("(a{100}){11}", "{11}"),
            ("*a", "*"),
            ("(*a)", "*"),
            ("a|+", "+"),
            ("(a", "("),
            ("a)", ")"),
            ("[a", "["),
            ("[]", "["),
            ("[z-a]", "z-a"),
            ("[[:nope:]]", "[:nope:]"),
            (r"\p{Alphabetic}", r"\p{Alphabetic}"),
            (r"\pX", r"\pX"),
            (r"\p{Greek", r"\p{"),
            ("(?P<a-b>x)", "a-b"),
            ("(?<a>x)(?<a>y)", "a"),
            ("(?P<a", "(?P<a"),
            ("(?", "(?"),
        ] {
            let found = fault(pattern);
            assert_eq!(
                found.as_ref().map(|found| found.0),
                Some(place),
                "{pattern}: {found:?}"
            );
        }
    }

    #[test]
    fn what_go_has_is_taken_and_matches_as_there() {
        for (pattern, text, is_match) in [
            ("^[a-z]+$", "abc", true),
            ("^[a-z]+$", "abc\n", false),
            ("(?P<first>a)(?<second>b)", "ab", true),
            ("(?i)ABC", "xabcx", true),
            ("(?i:a)B", "AB", true),
            ("(?s).", "\n", true),
            ("a.c", "a\nc", false),
            ("(?U)a+?", "aa", true),
            ("(?m-s:^b)", "a\nb", true),
            ("()|(?:)|(?)", "", true),
            (r"\Qa.b\E+$", "a.bb", true),
            (r"\Qa.b", "axb", false),
            (r"^\d+$", "٣", false),
            (r"^\w$", "é", false),
            (r"é\b", "é", false),
            (r"\Bé\B", "é", true),
            (r"^\s$", "\u{b}", false),
            (r"^\pL\p{Greek}\P{Nd}\p{^Lu}$", "éαxy", true),
            (r"^[\d\pL\-]+$", "a-1", true),
            (r"^[[:alpha:]\]^&&-]+$", "a]^&-", true),
            ("^[]a]$", "]", true),
            ("^[^]a]$", "]", false),
            ("^[a-]$", "-", true),
            ("^[[:a]$", ":", true),
            ("^{,3}a{b}{2$", "{,3}a{b}{2", true),
            ("^a{2,3}?$", "aaa", true),
            ("^a{0}$", "", true),
            ("(a{10}){100}", "a", false),
            (r"^\x41\x{1F600}\101\0\a$", "A😀A\0\u{7}", true),
            (r"^\-\_\/\.\#\ $", "-_/.# ", true),
            ("^a#b c$", "a#b c", true),
            ("^*a", "a", true),
            ("(?:^|,)(a)(?:$|,)", "b,a", true),
        ] {
            let regex = GoRegex::parse(pattern);
            let found = regex.as_ref().map(|regex| regex.is_match(text));
            assert_eq!(found, Ok(Some(is_match)), "{pattern} {text:?}");
        }
    }

    #[test]
    fn what_cannot_be_tried_is_valid_all_the_same() {
        for pattern in [
            r"\x{D800}",
            "((a{1000}|b{1000}|c{1000}|d{1000}|e{1000}|f{1000}|g{1000}|h{1000}|i{1000}|j{1000}|k{1000}|l{1000}|[é-ü]{1000}|[à-ü]{1000}|[ä-ü]{1000}))",
        ] {
            let regex = GoRegex::parse(pattern).expect("a valid expression");
            let _ = regex.is_match("a");
        }
        let deep = "(?:".repeat(5000) + &")".repeat(5000);
        assert_eq!(
            GoRegex::parse(&deep).map(|regex| regex.is_match("a")),
            Ok(None)
        );
    }

    #[test]
    fn groups_nest_no_deeper_than_in_go() {
        let nested = |count: usize| "(".repeat(count) + &")".repeat(count);
        assert!(GoRegex::parse(&nested(999)).is_ok());
        let fault = GoRegex::parse(&nested(1001)).expect_err("too deep");
        assert_eq!((fault.range.start(), fault.range.end()), (1000, 1001));
    }
}
