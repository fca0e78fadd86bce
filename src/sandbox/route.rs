//! Finds the operation of a request, with everything that was prepared for it when the sandbox started.

use std::io;

use caseload_engine::contract::{Contract, Method, Operation};
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::answer::{Answers, resolved};
use super::asked::{Parameters, decoded, of_query};

/// The name under which a document is known while its schemas are compiled.
const DOCUMENT: &str = "https://caseload.invalid/contract";

/// One operation that is served.
pub struct Route {
    pub operation: Operation,
    pub answers: Answers,
    /// The path names one thing that a POST on the path above makes.
    pub made_above: bool,
    /// A request without a body is not in order.
    pub needs_body: bool,
    segments: Vec<Segment>,
    /// None where the operation takes no body.
    body: Option<Validator>,
}

#[derive(Debug, PartialEq)]
enum Segment {
    Literal(String),
    /// `before{name}after`; the parameter is anything but nothing.
    Parameter {
        before: String,
        name: String,
        after: String,
    },
}

/// Where a request leads.
pub enum Found<'a> {
    Route(&'a Route),
    /// The path is served, with these methods.
    OtherMethods(&'a Route, Vec<&'static str>),
    /// The path is not served. The route is that of the nearest path: it is the same system's, as far as one can say.
    Nowhere(Option<&'a Route>),
}

impl<'a> Found<'a> {
    /// The route to which the request leads.
    pub fn route(&self) -> Option<&'a Route> {
        match self {
            Found::Route(route) | Found::OtherMethods(route, _) => Some(route),
            Found::Nowhere(_) => None,
        }
    }

    /// The route by whose contract the answer is written.
    pub fn written_by(&self) -> Option<&'a Route> {
        match self {
            Found::Nowhere(nearest) => *nearest,
            found => found.route(),
        }
    }
}

/// Everything that is served.
pub struct Routes(Vec<Route>);

impl Routes {
    /// # Errors
    /// A schema that cannot be compiled, as `InvalidData`.
    pub fn new(contracts: &[Contract]) -> io::Result<Self> {
        let mut routes = Vec::new();
        for contract in contracts {
            for operation in &contract.operations {
                let route = Route::new(contract, operation);
                routes.push(route.map_err(|why| {
                    let name = operation.full_name();
                    io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {why}"))
                })?);
            }
        }
        // A path without parameters goes before one that has them (OpenAPI 3.1, 4.8.8).
        let is_parameter = |segment: &&Segment| matches!(segment, Segment::Parameter { .. });
        routes.sort_by_key(|route: &Route| route.segments.iter().filter(is_parameter).count());
        Ok(Self(routes))
    }

    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        let mut first = None;
        let mut methods = Vec::new();
        for route in self.0.iter().filter(|route| route.leads_to(path)) {
            let served = route.operation.method.as_str();
            if served == method {
                return Found::Route(route);
            }
            first.get_or_insert(route);
            if !methods.contains(&served) {
                methods.push(served);
            }
        }
        first.map_or_else(|| Found::Nowhere(self.nearest(path)), |first| Found::OtherMethods(first, methods))
    }
}

impl Routes {
    /// The route that begins as a path does, the longer the better; any where all are of one system.
    fn nearest(&self, path: &str) -> Option<&Route> {
        let near = self.0.iter().map(|route| (route.begins_as(path), route)).filter(|(pieces, _)| *pieces > 0);
        let one = || {
            let first = self.0.first()?;
            self.0.iter().all(|route| route.operation.system == first.operation.system).then_some(first)
        };
        near.max_by_key(|(pieces, _)| *pieces).map(|(_, route)| route).or_else(one)
    }
}

impl Route {
    fn new(contract: &Contract, operation: &Operation) -> Result<Self, String> {
        let document = &contract.document;
        let spec = &document["paths"][&operation.path][operation.method.as_str().to_ascii_lowercase()];
        let makes = |other: &Operation| {
            let below = operation.path.strip_prefix(other.path.trim_end_matches('/'));
            other.method == Method::Post
                && below.is_some_and(|below| below.starts_with("/{") && below.find('}') == Some(below.len() - 1))
        };
        Ok(Self {
            operation: operation.clone(),
            answers: Answers::new(document, spec, operation),
            made_above: contract.operations.iter().any(makes),
            needs_body: resolved(document, &spec["requestBody"])["required"] == true,
            segments: operation.path.split('/').map(segment).collect(),
            body: operation.body_schema.as_deref().map(|pointer| validator(document, pointer)).transpose()?,
        })
    }

    /// How many pieces of a path stand at the beginning of this one too.
    fn begins_as(&self, path: &str) -> usize {
        let pieces = self.segments.iter().zip(path.split('/')).skip(1);
        pieces.take_while(|(segment, piece)| matches!(segment, Segment::Literal(text) if text == piece)).count()
    }

    fn leads_to(&self, path: &str) -> bool {
        let mut parts = path.split('/');
        let fits = self.segments.iter().all(|segment| match (segment, parts.next()) {
            (Segment::Literal(text), Some(part)) => text == part,
            (Segment::Parameter { before, after, .. }, Some(part)) => inner(part, before, after).is_some(),
            (_, None) => false,
        });
        fits && parts.next().is_none()
    }

    /// What the path and the query of a request that leads here say.
    pub fn parameters(&self, path: &str, query: &str) -> Parameters {
        let of_path = self.segments.iter().zip(path.split('/')).filter_map(|(segment, part)| match segment {
            Segment::Parameter { before, name, after } => Some((name.clone(), decoded(inner(part, before, after)?))),
            Segment::Literal(_) => None,
        });
        of_path.chain(of_query(query)).collect()
    }

    pub fn takes_body(&self) -> bool {
        self.body.is_some()
    }

    /// Why the contract does not accept a body: the place and the rule that it breaks.
    pub fn fault_in(&self, body: &Value) -> Option<String> {
        let error = self.body.as_ref()?.validate(body).err()?;
        let place = error.instance_path().to_string();
        Some(if place.is_empty() { error.to_string() } else { format!("{place}: {error}") })
    }
}

fn segment(text: &str) -> Segment {
    let parts = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match parts {
        Some((before, (name, after))) => {
            Segment::Parameter { before: before.to_owned(), name: name.to_owned(), after: after.to_owned() }
        }
        None => Segment::Literal(text.to_owned()),
    }
}

/// The value between the two. An empty one does not count.
fn inner<'a>(part: &'a str, before: &str, after: &str) -> Option<&'a str> {
    part.strip_prefix(before)?.strip_suffix(after).filter(|inner| !inner.is_empty())
}

fn validator(document: &Value, pointer: &str) -> Result<Validator, String> {
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(DOCUMENT, document)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .map_err(|error| error.to_string())?;
    let schema = json!({"$ref": format!("{DOCUMENT}#{}", fragment(pointer))});
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).offline();
    options.with_registry(&registry).build(&schema).map_err(|error| error.to_string())
}

/// A JSON pointer as the fragment of a URI: what may not stand there (`{`, blanks, letters beyond
/// ASCII) is percent-encoded.
fn fragment(pointer: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use caseload_engine::contract::from_yaml;

    const DOCUMENT: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things/{thing id}:
    parameters: [{name: thing id, in: path, required: true, schema: {type: string}}]
    put:
      operationId: change
      requestBody: &body {content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: string}}}}}}
      responses: {}
  /things/all:
    post: {operationId: make, requestBody: *body, responses: {}}
    put: {operationId: change-all, requestBody: *body, responses: {}}
";

    fn found(method: &str, path: &str) -> String {
        let routes = Routes::new(&[from_yaml("t", DOCUMENT, &[]).unwrap()]).unwrap();
        match routes.find(method, path) {
            Found::Route(route) => route.operation.name.clone(),
            Found::OtherMethods(_, methods) => methods.join(","),
            Found::Nowhere(_) => "nowhere".to_owned(),
        }
    }

    #[test]
    fn the_path_without_parameters_goes_first() {
        assert_eq!(found("PUT", "/things/all"), "change-all");
        assert_eq!(found("PUT", "/things/7"), "change");
    }

    #[test]
    fn a_wrong_method_is_told_from_a_wrong_path() {
        assert_eq!(found("GET", "/things/7"), "PUT");
        assert_eq!(found("GET", "/things/all"), "POST,PUT");
        assert_eq!(found("PUT", "/things"), "nowhere");
        assert_eq!(found("PUT", "/things/7/8"), "nowhere");
        assert_eq!(found("PUT", "/things/"), "nowhere");
    }

    #[test]
    fn the_parameters_of_the_path_and_the_query_are_decoded() {
        let routes = Routes::new(&[from_yaml("t", DOCUMENT, &[]).unwrap()]).unwrap();
        let Found::Route(route) = routes.find("PUT", "/things/a%2Fb%20c") else { panic!("no route") };
        let wanted = [("thing id", "a/b c"), ("page", "2")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(route.parameters("/things/a%2Fb%20c", "page=2"), wanted);
    }

    #[test]
    fn a_parameter_may_be_a_part_of_its_segment() {
        let Segment::Parameter { before, name, after } = segment("v{n}.json") else { panic!("no parameter") };
        assert_eq!((name.as_str(), inner("v7.json", &before, &after)), ("n", Some("7")));
        assert_eq!(inner("v.json", &before, &after), None);
    }

    #[test]
    fn a_schema_below_a_path_with_braces_and_blanks_is_found() {
        let routes = Routes::new(&[from_yaml("t", DOCUMENT, &[]).unwrap()]).unwrap();
        let Found::Route(route) = routes.find("PUT", "/things/7") else { panic!("no route") };
        assert!(route.fault_in(&json!({"a": "x"})).is_none());
        assert!(route.fault_in(&json!({"a": 1})).unwrap().starts_with("/a: "));
        assert!(route.fault_in(&json!({})).unwrap().contains("\"a\""));
    }
}
