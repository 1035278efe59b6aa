//! Forms of the query services and of EC2.

use serde_json::Value;

use super::{escaped, fields};
use crate::api::model::{Format, Kind, Member, Protocol, Service};
use crate::api::values::{Wrong, text};

struct Form<'s, 'm> {
    service: &'s Service<'m>,
    text: String,
}

/// `Action=…&Version=…` and the parameters.
pub(super) fn form(
    service: &Service<'_>,
    operation: &str,
    input: Option<&Member<'_>>,
    parameters: &Value,
) -> Result<String, Wrong> {
    let mut form = Form { service, text: format!("Action={operation}&Version={}", service.version) };
    match input {
        Some(input) => form.write(input, parameters, String::new())?,
        None if parameters.as_object().is_some_and(serde_json::Map::is_empty) => {}
        None => return Err(Wrong::new("the operation has no parameters")),
    }
    Ok(form.text)
}

impl<'m> Form<'_, 'm> {
    fn pair(&mut self, key: &str, value: &str) {
        self.text.push('&');
        self.text.push_str(&escaped(key));
        self.text.push('=');
        self.text.push_str(&escaped(value));
    }

    fn is_ec2(&self) -> bool {
        self.service.protocol == Protocol::Ec2
    }

    fn name(&self, own: &'m str, member: &Member<'m>) -> String {
        if !self.is_ec2() {
            return member.name_or(own).to_owned();
        }
        member.query.map_or_else(|| member.name.map_or_else(|| own.to_owned(), capitalized), str::to_owned)
    }

    fn write(&mut self, member: &Member<'m>, value: &Value, prefix: String) -> Result<(), Wrong> {
        match self.service.kind(member) {
            Kind::Structure(structure) => {
                for field in fields(structure, value)? {
                    let name = self.name(field.name, field.member);
                    let inner = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                    self.write(field.member, &field.value, inner).map_err(|wrong| wrong.within(field.name))?;
                }
                Ok(())
            }
            Kind::List(element) => {
                let list = value.as_array().ok_or_else(|| Wrong::new("is not a list"))?;
                if list.is_empty() && !self.is_ec2() {
                    // An empty list says something else than none.
                    self.pair(&prefix, "");
                }
                // A flat list stands under its elements' name, which the model gives the member.
                let prefix = if self.is_ec2() || member.flat {
                    prefix
                } else {
                    format!("{prefix}.{}", element.name.unwrap_or("member"))
                };
                for (index, item) in list.iter().enumerate() {
                    let inner = format!("{prefix}.{}", index + 1);
                    self.write(element, item, inner).map_err(|wrong| wrong.at(index))?;
                }
                Ok(())
            }
            Kind::Map(key, element) => {
                let map = value.as_object().ok_or_else(|| Wrong::new("is not an object"))?;
                let prefix = if member.flat { prefix } else { format!("{prefix}.entry") };
                for (index, (name, item)) in map.iter().enumerate() {
                    let number = index + 1;
                    self.pair(&format!("{prefix}.{number}.{}", key.name.unwrap_or("key")), name);
                    let inner = format!("{prefix}.{number}.{}", element.name.unwrap_or("value"));
                    self.write(element, item, inner).map_err(|wrong| wrong.within(name))?;
                }
                Ok(())
            }
            kind => {
                let text = text(kind, value, member.format.unwrap_or(Format::Iso8601))?;
                self.pair(&prefix, &text);
                Ok(())
            }
        }
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
