//! One element with all that it holds, for records that are small and many.

use std::io::Read;

use super::{Token, XmlError, XmlFault, XmlReader};

/// Elements that one record may hold.
const MAX_ELEMENTS: usize = 20_000;

/// Bytes of text that one record may hold.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// An element in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    /// Reads the rest of the element that has just begun.
    ///
    /// # Errors
    /// As [`XmlReader::next_token`]; or it holds more than a record does.
    pub fn read<R: Read>(reader: &mut XmlReader<R>) -> Result<Self, XmlError> {
        let mut open = vec![Self { name: reader.name().to_owned(), ..Self::default() }];
        let (mut elements, mut text) = (0_usize, 0_usize);
        loop {
            match reader.next_token()? {
                Token::Open => {
                    elements = elements.saturating_add(1);
                    open.push(Self { name: reader.name().to_owned(), ..Self::default() });
                }
                Token::Text => {
                    text = text.saturating_add(reader.text().len());
                    if let Some(innermost) = open.last_mut() {
                        innermost.text.push_str(reader.text());
                    }
                }
                Token::Close => {
                    let Some(closed) = open.pop() else { return Ok(Self::default()) };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                // The reader refuses a document that ends within an element.
                Token::End => return Ok(Self::default()),
            }
            if elements > MAX_ELEMENTS || text > MAX_TEXT {
                return Err(
                    reader.error(XmlFault::Form("one entry holds more than an entry does".to_owned()))
                );
            }
        }
    }

    /// Its name, without prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own text without spaces around it; none where it is empty.
    pub fn text(&self) -> Option<&str> {
        let text = self.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The elements of a name that stand directly within it.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first of them.
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a Self> {
        self.all(name).next()
    }

    /// Text of the first of them that has any.
    pub fn text_of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).find_map(Self::text)
    }
}
