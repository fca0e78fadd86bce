//! The elements of a small XML document, and their attributes.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::trouble::Trouble;

/// Shows every element of a document to `see`.
pub(super) fn each_element(xml: &str, mut see: impl FnMut(&BytesStart) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event()? {
            Event::Start(element) | Event::Empty(element) => see(&element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The value of the attribute with this name, whatever its namespace.
pub(super) fn attribute(element: &BytesStart, name: &str) -> Result<Option<String>, Trouble> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(quick_xml::Error::from)?;
        if attribute.key.local_name().as_ref() == name {
            return Ok(Some(attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned()));
        }
    }
    Ok(None)
}
