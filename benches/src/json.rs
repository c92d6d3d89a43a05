//! JSON as Palette writes it: keys in a fixed order, `<`, `>` and `&` escaped.

/// A document in the making.
#[derive(Debug)]
pub struct Json {
    out: String,
    /// Blanks of one level; `None` for everything on one line.
    indent: Option<usize>,
    depth: usize,
    is_first: bool,
    follows_key: bool,
}

impl Json {
    /// Nothing yet.
    #[must_use]
    pub fn new(indent: Option<usize>) -> Self {
        Self {
            out: String::new(),
            indent,
            depth: 0,
            is_first: true,
            follows_key: false,
        }
    }

    /// What is there, which is a document once everything is closed.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// How many bytes are there.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.out.len()
    }

    /// What is written from now on.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// An object, and what is in it.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.around('{', '}', fill);
    }

    /// An array, and what is in it.
    pub fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.around('[', ']', fill);
    }

    /// The key of the value that follows.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.element();
        escape_into(&mut self.out, key);
        self.out.push(':');
        if self.indent.is_some() {
            self.out.push(' ');
        }
        self.follows_key = true;
        self
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.element();
        escape_into(&mut self.out, text);
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.element();
        self.out.push_str(json);
    }

    /// Strings under keys, in an object.
    pub fn strings(&mut self, pairs: &[(&str, &str)]) {
        for (key, text) in pairs {
            self.key(key).string(text);
        }
    }

    fn around(&mut self, open: char, close: char, fill: impl FnOnce(&mut Self)) {
        self.element();
        self.out.push(open);
        self.depth += 1;
        self.is_first = true;
        fill(self);
        self.depth -= 1;
        if !self.is_first {
            self.line();
        }
        self.is_first = false;
        self.out.push(close);
    }

    /// What stands before an element of an object or array.
    fn element(&mut self) {
        if std::mem::take(&mut self.follows_key) || self.depth == 0 {
            return;
        }
        if !std::mem::take(&mut self.is_first) {
            self.out.push(',');
        }
        self.line();
    }

    fn line(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out
                .extend(std::iter::repeat_n(' ', indent * self.depth));
        }
    }
}

/// A string with its quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16 + 2);
    escape_into(&mut out, text);
    out
}

fn escape_into(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            b'<' => "\\u003c",
            b'>' => "\\u003e",
            b'&' => "\\u0026",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escape);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}
