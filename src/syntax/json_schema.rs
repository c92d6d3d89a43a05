//! [`Tree`](super::Tree) as an instance of JSON Schema: the validator reads our nodes, nothing is copied.

use std::borrow::Cow;

use jsonschema::{
    JsonType,
    json::{Array, Json, JsonNumber, Node, NodeIdentity, Object},
};
use serde_json::{Number, Value};

use super::{Kind, NodeRef};

/// The representation of [`NodeRef`] for `jsonschema::options_for`.
#[derive(Debug)]
pub struct TreeJson;

/// A node, or a property name that a schema looks at as if it were one.
#[derive(Debug, Clone)]
pub enum Instance<'a> {
    /// A node of a tree.
    Node(NodeRef<'a>),
    /// A property name.
    Name(&'a str),
}

impl Json for TreeJson {
    type Node<'a> = Instance<'a>;
    type PreparedKey = String;
    type StringBuffer = String;

    // A lookup walks the entries, so one pass over them is cheaper than two lookups.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(
        _buffer: &mut String,
        string: &str,
        f: impl FnOnce(Instance<'_>) -> T,
    ) -> T {
        f(Instance::Name(string))
    }
}

impl<'a> Instance<'a> {
    fn node(&self) -> Option<NodeRef<'a>> {
        match self {
            Self::Node(node) => Some(node.resolved()),
            Self::Name(_) => None,
        }
    }

    fn kind(&self) -> Kind {
        self.node().map_or(Kind::String, NodeRef::kind)
    }
}

impl<'a> Node<'a, TreeJson> for Instance<'a> {
    type Object = TreeObject<'a>;
    type Array = TreeArray<'a>;
    type Number = TreeNumber<'a>;

    fn as_object(&self) -> Option<TreeObject<'a>> {
        self.node()
            .filter(|node| node.kind() == Kind::Object)
            .map(TreeObject)
    }

    fn as_array(&self) -> Option<TreeArray<'a>> {
        self.node()
            .filter(|node| node.kind() == Kind::Array)
            .map(TreeArray)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Name(name) => Some(Cow::Borrowed(name)),
            Self::Node(node) => node.resolved().as_str(),
        }
    }

    fn as_number(&self) -> Option<TreeNumber<'a>> {
        let node = self.node().filter(|node| node.kind() == Kind::Number)?;
        // Infinities are numbers of no JSON notation; the validator gets them as they are written.
        let text = node.as_number().unwrap_or(Cow::Borrowed(node.source()));
        Some(TreeNumber(text))
    }

    fn is_number(&self) -> bool {
        self.kind() == Kind::Number
    }

    fn as_boolean(&self) -> Option<bool> {
        self.node().and_then(NodeRef::as_bool)
    }

    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::Bool => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            // An alias without an anchor stands for no value; as text it gives the least surprising message.
            Kind::String | Kind::Alias => JsonType::String,
            Kind::Array => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (expected, self.as_string()) {
            (Value::String(expected), Some(text)) => *expected == text,
            (Value::String(_), None) | (_, Some(_)) => false,
            _ => self.to_value().as_ref() == expected,
        }
    }

    /// Only scalars are given out: an error never carries a part of the profile.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self.kind() {
            Kind::Null | Kind::Array | Kind::Object => Value::Null,
            Kind::Bool => Value::Bool(self.as_boolean().unwrap_or_default()),
            Kind::Number => self.as_number().map_or(Value::Null, |number| {
                Value::Number(number.to_number().into_owned())
            }),
            Kind::String | Kind::Alias => {
                Value::String(self.as_string().unwrap_or_default().into_owned())
            }
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        let node = self.node()?;
        let address = std::ptr::from_ref(node.tree()) as usize;
        Some(NodeIdentity::tagged(address, node.id().number()))
    }
}

/// An object of a tree.
#[derive(Debug)]
pub struct TreeObject<'a>(NodeRef<'a>);

impl<'a> Object<'a, TreeJson> for TreeObject<'a> {
    type Node = Instance<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = Box<dyn Iterator<Item = (Cow<'a, str>, Instance<'a>)> + 'a>;

    fn len(&self) -> usize {
        self.0.entries().count()
    }

    fn get(&self, key: &String) -> Option<Instance<'a>> {
        self.0.get(key).map(Instance::Node)
    }

    fn members(&self) -> Self::MembersIter {
        Box::new(
            self.0
                .entries()
                .map(|(key, value)| (key.text(), Instance::Node(value))),
        )
    }
}

/// An array of a tree.
#[derive(Debug)]
pub struct TreeArray<'a>(NodeRef<'a>);

impl<'a> Array<'a, TreeJson> for TreeArray<'a> {
    type Node = Instance<'a>;
    type ElementsIter = Box<dyn Iterator<Item = Instance<'a>> + 'a>;

    fn len(&self) -> usize {
        self.0.items().count()
    }

    fn elements(&self) -> Self::ElementsIter {
        Box::new(self.0.items().map(Instance::Node))
    }
}

/// A number as JSON writes it.
#[derive(Debug)]
pub struct TreeNumber<'a>(Cow<'a, str>);

impl JsonNumber for TreeNumber<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        let integer = self
            .as_i64()
            .map(Number::from)
            .or_else(|| self.as_u64().map(Number::from));
        let number = integer.or_else(|| self.as_f64().and_then(Number::from_f64));
        Cow::Owned(number.unwrap_or_else(|| Number::from(0)))
    }
}
