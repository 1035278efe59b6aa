//! A service's model as `models/generate.py` writes it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::OnceLock;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::endpoint::Endpoints;

/// A service's embedded model. It is read when the service is first called: a function that has ten of them and calls
/// one reads one.
#[derive(Debug)]
pub struct Model {
    name: &'static str,
    text: &'static str,
    read: OnceLock<Result<Service<'static>, String>>,
}

impl Model {
    pub(super) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, read: OnceLock::new() }
    }

    /// The service's name in calls.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the model has the operation.
    #[must_use]
    pub fn has(&self, operation: &str) -> bool {
        self.service().is_ok_and(|service| service.operation(operation).is_some())
    }

    /// Whether a region is known not to have the service. The models may be older than the service's move there.
    #[must_use]
    pub fn is_absent_from(&self, region: &str) -> bool {
        self.service().is_ok_and(|service| service.absent.contains(&region))
    }

    /// The names of the model's operations, sorted.
    #[must_use]
    pub fn operations(&self) -> Vec<&'static str> {
        self.service().map_or_else(|_| Vec::new(), |service| service.operations.iter().map(|(name, _)| *name).collect())
    }

    /// What is wrong with the names of an operation's parameters: those that it has not, and those that it misses.
    #[cfg(test)]
    pub(crate) fn wrong_parameters(&self, operation: &str, given: &[&str]) -> Vec<String> {
        let service = self.service().unwrap();
        let Some(operation) = service.operation(operation) else { return vec!["no such operation".to_owned()] };
        let Some(Kind::Structure(input)) = operation.input.as_ref().map(|input| service.kind(input)) else {
            return given.iter().map(|name| format!("no {name}")).collect();
        };
        let unknown = given.iter().filter(|name| input.member(name).is_none()).map(|name| format!("no {name}"));
        let missing =
            input.required.iter().filter(|name| !given.contains(name)).map(|name| format!("{name} is missing"));
        unknown.chain(missing).collect()
    }

    /// Whether an operation's answer has a member of that name.
    #[cfg(test)]
    pub(crate) fn answers(&self, operation: &str, member: &str) -> bool {
        let service = self.service().unwrap();
        let output = service.operation(operation).and_then(|operation| operation.output.as_ref());
        matches!(output.map(|output| service.kind(output)), Some(Kind::Structure(output)) if output.member(member).is_some())
    }

    pub(super) fn service(&self) -> Result<&Service<'static>, &str> {
        let read = || serde_json::from_str(self.text).map_err(|error| format!("the model of {}: {error}", self.name));
        self.read.get_or_init(read).as_ref().map_err(String::as_str)
    }
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Protocol {
    Json,
    RestJson,
    RestXml,
    Query,
    Ec2,
}

/// What a service's model says.
#[derive(Debug, Deserialize)]
pub(super) struct Service<'m> {
    /// The name in AWS's environment variables and profiles, for example `Secrets Manager`.
    pub(super) id: &'m str,
    pub(super) protocol: Protocol,
    pub(super) version: &'m str,
    /// The name that requests are signed for.
    pub(super) signing: &'m str,
    #[serde(borrow)]
    pub(super) endpoints: Endpoints<'m>,
    /// Endpoints of single operations.
    #[serde(borrow, default)]
    pub(super) elsewhere: Vec<Endpoints<'m>>,
    /// Regions that do not have the service, as far as the models know.
    #[serde(borrow, default)]
    absent: Vec<&'m str>,
    /// What stands before the operation's name in the header of a JSON service.
    #[serde(default)]
    pub(super) target: &'m str,
    /// The version of the JSON protocol.
    #[serde(default)]
    pub(super) json: &'m str,
    #[serde(borrow, deserialize_with = "in_order")]
    pub(super) operations: Vec<(&'m str, Operation<'m>)>,
    #[serde(borrow, deserialize_with = "in_order")]
    shapes: Vec<(&'m str, Shape<'m>)>,
}

impl<'m> Service<'m> {
    pub(super) fn operation(&self, name: &str) -> Option<&Operation<'m>> {
        sorted(&self.operations, name)
    }

    /// What a reference leads to. A name that is no shape is a defect of the generator, which a test over all models
    /// would show; it reads as a document.
    pub(super) fn kind<'s>(&'s self, member: &Member<'m>) -> Kind<'s, 'm> {
        match member.shape {
            "string" => Kind::String,
            "integer" => Kind::Integer,
            "float" => Kind::Float,
            "boolean" => Kind::Boolean,
            "blob" => Kind::Blob,
            "timestamp" => Kind::Timestamp,
            name => match sorted(&self.shapes, name) {
                Some(Shape::Structure(structure)) => Kind::Structure(structure),
                Some(Shape::List { list }) => Kind::List(list),
                Some(Shape::Map { map: (key, value) }) => Kind::Map(key, value),
                None => Kind::Document,
            },
        }
    }

    /// Names of shapes that are referred to and are not there.
    #[cfg(test)]
    pub(super) fn dangling(&self) -> Vec<&'m str> {
        let messages =
            self.operations.iter().flat_map(|(_, operation)| operation.input.iter().chain(&operation.output));
        let within = self.shapes.iter().flat_map(|(_, shape)| match shape {
            Shape::Structure(structure) => structure.members.iter().map(|(_, member)| member).collect(),
            Shape::List { list } => vec![list],
            Shape::Map { map: (key, value) } => vec![key, value],
        });
        let is_there =
            |member: &&Member<'m>| member.shape == "document" || !matches!(self.kind(member), Kind::Document);
        messages.chain(within).filter(|member| !is_there(member)).map(|member| member.shape).collect()
    }
}

fn sorted<'a, T>(all: &'a [(&str, T)], name: &str) -> Option<&'a T> {
    let at = all.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
    all.get(at).map(|(_, found)| found)
}

/// One operation.
#[derive(Debug, Deserialize)]
pub(super) struct Operation<'m> {
    pub(super) method: &'m str,
    pub(super) uri: &'m str,
    #[serde(borrow)]
    pub(super) input: Option<Member<'m>>,
    #[serde(borrow)]
    pub(super) output: Option<Member<'m>>,
    /// The element around the answer of a query service.
    pub(super) wrapper: Option<&'m str>,
    /// Whether the answer's root is its only member.
    #[serde(default)]
    pub(super) unwrapped: bool,
    /// What stands before the host, with members of the input in braces.
    pub(super) host: Option<&'m str>,
    /// Present where the service wants a checksum of the body: the header that names the algorithm, or nothing.
    pub(super) checksum: Option<&'m str>,
    #[serde(borrow)]
    pub(super) pages: Option<Paging<'m>>,
    /// Which of the service's other endpoints.
    pub(super) elsewhere: Option<usize>,
}

/// How an operation's answer goes on.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Paging<'m> {
    #[serde(borrow)]
    pub(super) input: Vec<&'m str>,
    #[serde(borrow)]
    pub(super) output: Vec<&'m str>,
    pub(super) more: Option<&'m str>,
}

/// A structure's members, in the model's order.
pub(super) type Members<'m> = Vec<(&'m str, Member<'m>)>;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Shape<'m> {
    Structure(#[serde(borrow)] Structure<'m>),
    List {
        #[serde(borrow)]
        list: Member<'m>,
    },
    Map {
        #[serde(borrow)]
        map: (Member<'m>, Member<'m>),
    },
}

/// A structure or a union.
#[derive(Debug, Deserialize)]
pub(super) struct Structure<'m> {
    #[serde(borrow, deserialize_with = "in_order")]
    pub(super) members: Members<'m>,
    #[serde(borrow, default)]
    pub(super) required: Vec<&'m str>,
    /// The member that is the body.
    pub(super) payload: Option<&'m str>,
}

impl<'m> Structure<'m> {
    pub(super) fn member(&self, name: &str) -> Option<&Member<'m>> {
        self.members.iter().find(|(other, _)| *other == name).map(|(_, member)| member)
    }
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'s, 'm> {
    Structure(&'s Structure<'m>),
    List(&'s Member<'m>),
    Map(&'s Member<'m>, &'s Member<'m>),
    String,
    Integer,
    Float,
    Boolean,
    Blob,
    Timestamp,
    Document,
}

/// Where a member stands, if not in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Place {
    Header,
    Headers,
    Uri,
    #[serde(rename = "querystring")]
    Query,
    StatusCode,
}

/// How a timestamp is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Format {
    Iso8601,
    UnixTimestamp,
    Rfc822,
}

/// An XML namespace, with its prefix where it has one.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Namespace<'m> {
    pub(super) uri: &'m str,
    pub(super) prefix: Option<&'m str>,
}

/// A reference to a shape: a member of a structure, an element, a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Member<'m> {
    pub(super) shape: &'m str,
    /// The name on the wire, where it is not the member's.
    pub(super) name: Option<&'m str>,
    /// The name in a request to EC2, where it follows from neither.
    pub(super) query: Option<&'m str>,
    pub(super) place: Option<Place>,
    pub(super) flat: bool,
    pub(super) attribute: bool,
    pub(super) namespace: Option<Namespace<'m>>,
    pub(super) format: Option<Format>,
    /// Whether it makes a repeated request the same one; filled where it is not given.
    pub(super) token: bool,
}

impl<'m> Member<'m> {
    /// The name on the wire of the member that the model calls `own`.
    pub(super) fn name_or(&self, own: &'m str) -> &'m str {
        self.name.unwrap_or(own)
    }
}

#[derive(Deserialize)]
struct Full<'m> {
    shape: &'m str,
    name: Option<&'m str>,
    query: Option<&'m str>,
    #[serde(rename = "in")]
    place: Option<Place>,
    #[serde(default)]
    flat: bool,
    #[serde(default)]
    attribute: bool,
    #[serde(borrow)]
    namespace: Option<Namespace<'m>>,
    format: Option<Format>,
    #[serde(default)]
    token: bool,
}

impl<'de: 'm, 'm> Deserialize<'de> for Member<'m> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<'m>(PhantomData<&'m ()>);
        impl<'de: 'm, 'm> Visitor<'de> for Either<'m> {
            type Value = Member<'m>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a shape's name or a reference")
            }

            fn visit_borrowed_str<E>(self, shape: &'de str) -> Result<Self::Value, E> {
                Ok(Member { shape, ..Member::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let Full { shape, name, query, place, flat, attribute, namespace, format, token } =
                    Full::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Member { shape, name, query, place, flat, attribute, namespace, format, token })
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// An object as pairs in the order of the text.
fn in_order<'de: 'm, 'm, D, T>(deserializer: D) -> Result<Vec<(&'m str, T)>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + 'm,
{
    struct Pairs<'m, T>(PhantomData<&'m T>);
    impl<'de: 'm, 'm, T: Deserialize<'de>> Visitor<'de> for Pairs<'m, T> {
        type Value = Vec<(&'m str, T)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry::<&'de str, T>()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }
    deserializer.deserialize_map(Pairs(PhantomData))
}
