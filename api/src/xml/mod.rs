//! XML from outside: a reader of elements and text that refuses what such documents have no need of.
//!
//! Refused: a document type declaration, before a parser sees it; any entity but the five of XML and character
//! references, so nothing is expanded and nothing fetched; another encoding than UTF-8; and whatever is deeper, longer
//! or more than [`Limits`]. Names come without their prefix: prefixes are the writer's choice, and no namespace is
//! resolved, so none can be piled up.

mod element;
mod guard;
#[cfg(test)]
mod tests;

use std::io::Read;

use quick_xml::events::{BytesRef, BytesStart, Event};

use guard::Guard;

pub use element::Element;

/// What a document may have at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in all.
    pub bytes: u64,
    /// Elements in all.
    pub elements: u64,
    /// Elements within elements.
    pub depth: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Bytes of one tag, comment or run of text; one buffer of 64 KiB more may pass.
    pub token: u64,
}

impl Limits {
    /// For a file of its own: 200 MB, five million elements.
    pub const FILE: Self =
        Self { bytes: 200 * 1024 * 1024, elements: 5_000_000, depth: 64, attributes: 64, token: 1024 * 1024 };
}

/// Why the reading of a document was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// A document type declaration.
    #[error("a document type declaration (DOCTYPE) is not accepted: take it out")]
    Doctype,
    /// Too many bytes.
    #[error("the document has more than {0} bytes")]
    Bytes(u64),
    /// Too long a token.
    #[error("a tag, comment or text has more than {0} bytes")]
    Token(u64),
    /// Too many elements.
    #[error("the document has more than {0} elements")]
    Elements(u64),
    /// Too deep.
    #[error("elements stand within one another more than {0} deep")]
    Depth(usize),
    /// Too many attributes.
    #[error("an element has more than {0} attributes")]
    Attributes(usize),
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// It has what is refused, or too much.
    #[error(transparent)]
    Stop(#[from] Stop),
    /// Not in UTF-8, or it says so.
    #[error("the document must be in UTF-8")]
    Encoding,
    /// An entity that XML itself does not have.
    #[error("the entity '&{0};' is not accepted: only amp, lt, gt, quot, apos and character references are")]
    Entity(String),
    /// A character that XML does not have.
    #[error("a character reference names no character of XML")]
    Character,
    /// Not well-formed.
    #[error("the document is not well-formed: {0}")]
    Form(String),
    /// The file does not read.
    #[error("the file does not read: {0}")]
    Read(String),
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, byte {byte}: {fault}")]
pub struct XmlError {
    /// The line, from 1, that was read last.
    pub line: u64,
    /// The byte, from 1, up to which the document was read.
    pub byte: u64,
    /// What is wrong.
    pub fault: XmlFault,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// An element begins: see [`XmlReader::name`] and [`XmlReader::attribute`].
    Open,
    /// The innermost element ends.
    Close,
    /// Text, or a piece of it: see [`XmlReader::text`].
    Text,
    /// The document ends.
    End,
}

/// A reader of one document.
pub struct XmlReader<R> {
    reader: quick_xml::Reader<Guard<R>>,
    limits: Limits,
    buffer: Vec<u8>,
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    depth: usize,
    elements: u64,
    /// Whether the root element was read: text and elements after it are ill-formed, which the parser does not see.
    root: bool,
}

impl<R: Read> XmlReader<R> {
    /// Begins a document.
    pub fn new(source: R, limits: Limits) -> Self {
        let mut reader = quick_xml::Reader::from_reader(Guard::new(source, limits));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        Self {
            reader,
            limits,
            buffer: Vec::new(),
            name: String::new(),
            attributes: Vec::new(),
            text: String::new(),
            depth: 0,
            elements: 0,
            root: false,
        }
    }

    /// Name of the element that began last, without its prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An attribute of the element that began last, by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text that was read last.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Elements that are open.
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// Line and byte, from 1, of what comes next.
    pub const fn position(&self) -> (u64, u64) {
        self.reader.get_ref().position()
    }

    /// SHA-256 of the document, in hexadecimal; of all of it once [`Token::End`] was read.
    pub fn sha256(&self) -> String {
        self.reader.get_ref().sha256()
    }

    fn error(&self, fault: XmlFault) -> XmlError {
        let (line, byte) = self.position();
        XmlError { line, byte, fault }
    }

    /// The next token. Comments and instructions are passed over.
    ///
    /// # Errors
    /// The document has what is refused, too much of something, or is not well-formed.
    pub fn next_token(&mut self) -> Result<Token, XmlError> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().next_token();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => {
                    let fault = fault_of(&error, self.reader.get_ref().stop());
                    return Err(self.error(fault));
                }
            };
            let outside = self.depth == 0;
            let token = match event {
                Event::Start(start) => {
                    let opened = open(&start, self.limits, &mut self.name, &mut self.attributes);
                    self.elements = self.elements.saturating_add(1);
                    self.depth = self.depth.saturating_add(1);
                    let fault = if let Err(fault) = opened {
                        Some(fault)
                    } else if outside && self.root {
                        Some(XmlFault::Form("a second element stands outside of the first".to_owned()))
                    } else if self.depth > self.limits.depth {
                        Some(Stop::Depth(self.limits.depth).into())
                    } else if self.elements > self.limits.elements {
                        Some(Stop::Elements(self.limits.elements).into())
                    } else {
                        None
                    };
                    self.root = true;
                    fault.map_or(Ok(Token::Open), Err)
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Ok(Token::Close)
                }
                Event::Text(text) => {
                    self.text.clear();
                    self.text.push_str(&text.xml10_content());
                    if outside && self.text.trim_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).is_empty() {
                        continue;
                    }
                    inside(outside)
                }
                Event::CData(text) => {
                    self.text.clear();
                    self.text.push_str(&text.xml10_content());
                    inside(outside)
                }
                Event::GeneralRef(reference) => {
                    self.text.clear();
                    resolve(&reference).and_then(|character| {
                        self.text.push(character);
                        inside(outside)
                    })
                }
                Event::Decl(declared) => match declared.encoding() {
                    None => continue,
                    Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("utf-8") => continue,
                    Some(_) => Err(XmlFault::Encoding),
                },
                Event::DocType(_) => Err(Stop::Doctype.into()),
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Empty(_) => Err(XmlFault::Form("an empty element was not expanded".to_owned())),
                Event::Eof if self.depth > 0 => {
                    Err(XmlFault::Form("it ends before its elements do: is the file whole?".to_owned()))
                }
                Event::Eof if !self.root => Err(XmlFault::Form("it has no element".to_owned())),
                Event::Eof => Ok(Token::End),
            };
            return token.map_err(|fault| self.error(fault));
        }
    }
}

fn inside(outside: bool) -> Result<Token, XmlFault> {
    if outside {
        return Err(XmlFault::Form("text stands outside of the elements".to_owned()));
    }
    Ok(Token::Text)
}

/// Name and attributes of a tag.
fn open(
    start: &BytesStart<'_>,
    limits: Limits,
    name: &mut String,
    attributes: &mut Vec<(String, String)>,
) -> Result<(), XmlFault> {
    name.clear();
    name.push_str(start.local_name().as_ref());
    attributes.clear();
    // Names that stand twice are looked for below, among few: the parser's own check is not needed.
    for attribute in start.attributes().with_checks(false) {
        if attributes.len() >= limits.attributes {
            return Err(Stop::Attributes(limits.attributes).into());
        }
        let attribute = attribute.map_err(|error| XmlFault::Form(error.to_string()))?;
        let value = unescaped(&attribute.value)?;
        // Declarations of namespaces say nothing here.
        if attribute.key.as_namespace_binding().is_some() {
            attributes.push((String::new(), value));
            continue;
        }
        let key = attribute.key.local_name().as_ref().to_owned();
        if attributes.iter().any(|(other, _)| *other == key) {
            return Err(XmlFault::Form("an attribute stands twice in one tag".to_owned()));
        }
        attributes.push((key, value));
    }
    Ok(())
}

fn unescaped(value: &str) -> Result<String, XmlFault> {
    let mut rest = value;
    let mut text = String::with_capacity(value.len());
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let Some((reference, after)) = after.split_once(';') else {
            return Err(XmlFault::Form("an '&' in an attribute begins no reference".to_owned()));
        };
        text.push(resolve(&BytesRef::new(reference))?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// One of the five entities, or a character reference.
fn resolve(reference: &BytesRef<'_>) -> Result<char, XmlFault> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| XmlFault::Character)? {
        // XML 1.0, production 2: no control characters but tab and line ends, no noncharacters of the plane.
        let allowed = matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
        return if allowed { Ok(character) } else { Err(XmlFault::Character) };
    }
    match reference.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(XmlFault::Entity(other.chars().take(40).collect())),
    }
}

fn fault_of(error: &quick_xml::Error, stop: Option<Stop>) -> XmlFault {
    match (stop, error) {
        (Some(stop), _) => stop.into(),
        (None, quick_xml::Error::Encoding(_)) => XmlFault::Encoding,
        (None, quick_xml::Error::Io(error)) => XmlFault::Read(error.to_string()),
        (None, other) => XmlFault::Form(other.to_string().chars().take(200).collect()),
    }
}
