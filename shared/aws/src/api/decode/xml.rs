//! Answers in XML.

use roxmltree::{Document, Node};
use serde_json::{Map, Value};

use crate::api::model::{Kind, Member, Service, Structure};
use crate::api::values::typed;

/// The first child of that name, whatever its namespace.
pub(in crate::api) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// A body: its root, or the element of that name within it.
pub(in crate::api) fn read(
    service: &Service<'_>,
    member: &Member<'_>,
    wrapper: Option<&str>,
    body: &[u8],
) -> Result<Value, String> {
    let Some(text) = text_of(body)? else { return Ok(Value::Object(Map::new())) };
    let document = parse(text)?;
    let root = document.root_element();
    match wrapper {
        Some(name) if root.tag_name().name() != name => match child(root, name) {
            Some(inner) => value(service, member, inner),
            None => Ok(Value::Object(Map::new())),
        },
        _ => value(service, member, root),
    }
}

/// A body whose root is the only member.
pub(in crate::api) fn read_unwrapped(
    service: &Service<'_>,
    structure: &Structure<'_>,
    body: &[u8],
) -> Result<Value, String> {
    let (Some(text), Some((name, member))) = (text_of(body)?, structure.members.first()) else {
        return Ok(Value::Object(Map::new()));
    };
    let document = parse(text)?;
    let root = document.root_element();
    let is_empty = root.text().is_none_or(|text| text.trim().is_empty());
    let found = if is_empty { None } else { Some(((*name).to_owned(), value(service, member, root)?)) };
    Ok(Value::Object(found.into_iter().collect()))
}

/// The body as text; `None` where there is none.
fn text_of(body: &[u8]) -> Result<Option<&str>, String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("the answer is not UTF-8: {error}"))?;
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

fn parse(text: &str) -> Result<Document<'_>, String> {
    Document::parse(text).map_err(|error| format!("the answer is not XML: {error}"))
}

fn value(service: &Service<'_>, member: &Member<'_>, node: Node<'_, '_>) -> Result<Value, String> {
    match service.kind(member) {
        Kind::Structure(shape) => structure(service, shape, node),
        Kind::List(element) => {
            elements(node).map(|item| value(service, element, item)).collect::<Result<_, _>>().map(Value::Array)
        }
        Kind::Map(key, element) => entries(service, key, element, elements(node)),
        kind => {
            let text = text(node);
            typed(kind, &text).ok_or_else(|| format!("`{}` is not what the model says: {text}", node.tag_name().name()))
        }
    }
}

fn structure(service: &Service<'_>, shape: &Structure<'_>, node: Node<'_, '_>) -> Result<Value, String> {
    let mut out = Map::new();
    for (own, member) in shape.members.iter().filter(|(_, member)| member.place.is_none()) {
        let name = member.name_or(own);
        if member.attribute {
            // The prefix of an attribute's name stands for its namespace: `xsi:type`.
            let local = name.rsplit(':').next().unwrap_or(name);
            if let Some(found) = node.attributes().find(|attribute| attribute.name() == local) {
                out.insert((*own).to_owned(), found.value().into());
            }
            continue;
        }
        let mut named = elements(node).filter(|child| child.tag_name().name() == name).peekable();
        if named.peek().is_none() {
            continue;
        }
        let read = match service.kind(member) {
            Kind::List(element) if member.flat => {
                named.map(|item| value(service, element, item)).collect::<Result<_, _>>().map(Value::Array)?
            }
            Kind::Map(key, element) if member.flat => entries(service, key, element, named)?,
            _ => match named.next() {
                Some(found) => value(service, member, found)?,
                None => continue,
            },
        };
        out.insert((*own).to_owned(), read);
    }
    Ok(Value::Object(out))
}

fn entries<'a, 'i: 'a>(
    service: &Service<'_>,
    key: &Member<'_>,
    element: &Member<'_>,
    nodes: impl Iterator<Item = Node<'a, 'i>>,
) -> Result<Value, String> {
    let mut out = Map::new();
    for node in nodes {
        let Some(name) = child(node, key.name.unwrap_or("key")) else { continue };
        if let Some(found) = child(node, element.name.unwrap_or("value")) {
            out.insert(text(name), value(service, element, found)?);
        }
    }
    Ok(Value::Object(out))
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// All the text within an element: a CDATA section or a comment splits it.
fn text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|child| child.text()).collect()
}
