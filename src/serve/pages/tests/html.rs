//! A strict reading of HTML as these pages write it, for the tests: every tag closed in its order, every attribute
//! quoted, nothing where a browser would move it.

use std::collections::BTreeMap;

/// An element with its attributes, its text and its children.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Node>,
}

#[derive(Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

const VOID: [&str; 9] = ["meta", "link", "input", "br", "hr", "img", "col", "source", "wbr"];

/// What ends a paragraph, so that it may not stand in one.
const BLOCKS: [&str; 28] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
    "li",
    "summary",
    "tr",
];

/// What may not stand in itself or in each other.
const INTERACTIVE: [&str; 6] = ["a", "button", "details", "input", "select", "textarea"];

/// Reads a document.
pub fn parse(text: &str) -> Result<Element, String> {
    let body = text.strip_prefix("<!DOCTYPE html>").ok_or("the document does not begin with its type")?;
    let mut stack = vec![Element::default()];
    let mut rest = body;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            push(&mut stack, Node::Text(decoded(rest)?));
            break;
        };
        if at > 0 {
            push(&mut stack, Node::Text(decoded(&rest[..at])?));
        }
        let end = tag_end(&rest[at..])
            .ok_or_else(|| format!("a tag does not end: {}", &rest[at..rest.len().min(at + 60)]))?;
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let closed = stack.pop().ok_or("too many ends")?;
            if closed.name != name {
                return Err(format!("</{name}> ends <{}>", closed.name));
            }
            push(&mut stack, Node::Element(closed));
        } else {
            let element = opened(tag)?;
            allowed(&stack, &element)?;
            if VOID.contains(&element.name.as_str()) {
                push(&mut stack, Node::Element(element));
            } else {
                stack.push(element);
            }
        }
    }
    let root = stack.pop().ok_or("nothing")?;
    if stack.is_empty() { Ok(root) } else { Err(format!("<{}> has no end", root.name)) }
}

fn push(stack: &mut [Element], node: Node) {
    if let Some(top) = stack.last_mut() {
        top.children.push(node);
    }
}

/// The place of the `>` that ends a tag; one within quotes does not.
fn tag_end(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    text.char_indices().find_map(|(at, letter)| {
        is_quoted ^= letter == '"';
        (letter == '>' && !is_quoted).then_some(at)
    })
}

fn opened(tag: &str) -> Result<Element, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        return Err(format!("<{tag}> is no tag"));
    }
    let mut attributes = BTreeMap::new();
    while !rest.is_empty() {
        let stop = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(stop);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(after) => after.split_once('"').ok_or_else(|| format!("{key} has no end"))?,
            None if after.starts_with('=') => return Err(format!("{key} is not quoted")),
            None => ("", after),
        };
        if attributes.insert(key.to_owned(), decoded(value)?).is_some() {
            return Err(format!("<{name}> has two {key}"));
        }
        rest = after.trim_start();
    }
    Ok(Element { name: name.to_owned(), attributes, children: Vec::new() })
}

/// Whether an element may stand where it does.
fn allowed(stack: &[Element], element: &Element) -> Result<(), String> {
    let name = element.name.as_str();
    let parent = stack.last().map_or("", |parent| parent.name.as_str());
    let is_within = |names: &[&str]| stack.iter().any(|above| names.contains(&above.name.as_str()));
    let wrong = (is_within(&["p", "h1", "h2", "h3", "h4", "button", "span"]) && BLOCKS.contains(&name))
        || (name == "form" && is_within(&["form"]))
        || (INTERACTIVE.contains(&name)
            && element.attributes.get("type").is_none_or(|kind| kind != "hidden")
            && is_within(&["a", "button"]))
        || (["ul", "ol"].contains(&parent) && name != "li")
        || (parent == "dl" && !["dt", "dd", "div"].contains(&name))
        || (parent == "tr" && !["td", "th"].contains(&name))
        || (["thead", "tbody"].contains(&parent) && name != "tr")
        || (parent == "table" && !["caption", "thead", "tbody"].contains(&name))
        || (parent == "select" && name != "option");
    if wrong { Err(format!("<{name}> may not stand in <{parent}>")) } else { Ok(()) }
}

fn decoded(text: &str) -> Result<String, String> {
    let mut out = text.to_owned();
    for (entity, letter) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        if entity == "&amp;" && out.replace("&amp;", "").contains('&') {
            return Err(format!("an ampersand stands bare: {text}"));
        }
        out = out.replace(entity, letter);
    }
    Ok(out)
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// This element and all below it, in the order of the document.
    pub fn all(&self) -> Vec<&Element> {
        let below = self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element.all()),
            Node::Text(_) => None,
        });
        std::iter::once(self).chain(below.flatten()).collect()
    }

    /// Every text that a person reads or hears.
    pub fn texts(&self) -> Vec<String> {
        const SPOKEN: [&str; 13] = [
            "aria-label",
            "placeholder",
            "title",
            "alt",
            "aria-valuetext",
            "data-said",
            "data-lost",
            "data-over",
            "data-busy",
            "data-offline",
            "data-ended",
            "data-door",
            "data-earlier",
        ];
        let mut out: Vec<String> = SPOKEN.iter().filter_map(|name| self.attribute(name)).map(str::to_owned).collect();
        for node in &self.children {
            match node {
                Node::Element(element) => out.extend(element.texts()),
                Node::Text(text) => out.push(text.trim().to_owned()),
            }
        }
        out
    }

    pub fn text(&self) -> String {
        let part = |node: &Node| match node {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        };
        self.children.iter().map(part).collect()
    }
}
