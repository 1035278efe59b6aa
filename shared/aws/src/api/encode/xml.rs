//! Bodies in XML.

use serde_json::Value;

use super::{Field, fields};
use crate::api::model::{Format, Kind, Member, Service};
use crate::api::values::{Wrong, text};

/// A body that is one value.
pub(super) fn document(service: &Service<'_>, member: &Member<'_>, name: &str, value: &Value) -> Result<String, Wrong> {
    let mut out = String::new();
    element(&mut out, service, member, name, value)?;
    Ok(out)
}

/// A body of those members of the input that stand nowhere else.
pub(super) fn members(
    service: &Service<'_>,
    input: &Member<'_>,
    name: &str,
    given: &[Field<'_, '_>],
) -> Result<String, Wrong> {
    let mut out = String::new();
    structure(&mut out, service, input, name, given)?;
    Ok(out)
}

fn element(
    out: &mut String,
    service: &Service<'_>,
    member: &Member<'_>,
    name: &str,
    value: &Value,
) -> Result<(), Wrong> {
    match service.kind(member) {
        Kind::Structure(shape) => structure(out, service, member, name, &fields(shape, value)?),
        Kind::List(item) => {
            let list = value.as_array().ok_or_else(|| Wrong::new("is not a list"))?;
            let own = if member.flat { name } else { item.name.unwrap_or("member") };
            around(out, (!member.flat).then_some(name), |out| {
                for (index, value) in list.iter().enumerate() {
                    element(out, service, item, own, value).map_err(|wrong| wrong.at(index))?;
                }
                Ok(())
            })
        }
        Kind::Map(key, item) => {
            let map = value.as_object().ok_or_else(|| Wrong::new("is not an object"))?;
            let own = if member.flat { name } else { "entry" };
            around(out, (!member.flat).then_some(name), |out| {
                for (text, value) in map {
                    around(out, Some(own), |out| {
                        let key_name = key.name.unwrap_or("key");
                        around(out, Some(key_name), |out| {
                            escape(out, text);
                            Ok(())
                        })?;
                        let within = |wrong: Wrong| wrong.within(text);
                        element(out, service, item, item.name.unwrap_or("value"), value).map_err(within)
                    })?;
                }
                Ok(())
            })
        }
        kind => around(out, Some(name), |out| {
            escape(out, &text(kind, value, member.format.unwrap_or(Format::Iso8601))?);
            Ok(())
        }),
    }
}

fn structure(
    out: &mut String,
    service: &Service<'_>,
    member: &Member<'_>,
    name: &str,
    given: &[Field<'_, '_>],
) -> Result<(), Wrong> {
    out.push('<');
    out.push_str(name);
    if let Some(namespace) = member.namespace {
        out.push_str(" xmlns");
        if let Some(prefix) = namespace.prefix {
            out.push(':');
            out.push_str(prefix);
        }
        attribute(out, namespace.uri);
    }
    for field in given.iter().filter(|field| field.member.attribute) {
        let value = text(service.kind(field.member), &field.value, Format::Iso8601);
        out.push(' ');
        out.push_str(field.member.name_or(field.name));
        attribute(out, &value.map_err(|wrong| wrong.within(field.name))?);
    }
    out.push('>');
    for field in given.iter().filter(|field| !field.member.attribute) {
        let name = field.member.name_or(field.name);
        element(out, service, field.member, name, &field.value).map_err(|wrong| wrong.within(field.name))?;
    }
    close(out, name);
    Ok(())
}

/// What `inside` writes, within an element where it has a name.
fn around(
    out: &mut String,
    name: Option<&str>,
    inside: impl FnOnce(&mut String) -> Result<(), Wrong>,
) -> Result<(), Wrong> {
    let Some(name) = name else { return inside(out) };
    out.push('<');
    out.push_str(name);
    out.push('>');
    inside(out)?;
    close(out, name);
    Ok(())
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn attribute(out: &mut String, value: &str) {
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A parser would read a line break for them.
            '\r' => out.push_str("&#xD;"),
            '\u{85}' => out.push_str("&#x85;"),
            '\u{2028}' => out.push_str("&#x2028;"),
            other => out.push(other),
        }
    }
}
