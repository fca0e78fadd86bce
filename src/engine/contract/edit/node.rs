//! The nodes of a text, each with its place in it.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::contract::refs::unescape;
use crate::contract::yaml::options;

/// A node of the text, each with its place.
#[derive(Debug)]
pub enum Node {
    Map(Vec<(String, Spanned<Node>)>),
    List(Vec<Spanned<Node>>),
    Leaf,
}

/// Reads a text of YAML or JSON.
///
/// # Errors
/// It is neither.
pub fn read(text: &str) -> Result<Spanned<Node>, String> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| error.to_string())
}

impl Node {
    pub fn child(&self, name: &str) -> Option<&Spanned<Node>> {
        match self {
            Node::Map(children) => children.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            Node::List(items) => items.get(name.parse::<usize>().ok()?),
            Node::Leaf => None,
        }
    }

    /// What stands at a JSON pointer.
    pub fn find(&self, pointer: &str) -> Option<&Spanned<Node>> {
        let (mut here, mut found) = (self, None);
        for step in pointer.split('/').skip(1) {
            let next = here.child(&unescape(step))?;
            (here, found) = (&next.value, Some(next));
        }
        found
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut children = Vec::new();
        while let Some(entry) = map.next_entry()? {
            children.push(entry);
        }
        Ok(Node::Map(children))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Node::Leaf)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
}
