//! Documents as they come, and as they are sent to harm.

use std::io::Read;

use proptest::prelude::*;

use super::*;

const SMALL: Limits = Limits { bytes: 200_000, elements: 100, depth: 8, attributes: 4, token: 1_000 };

fn walk(text: &[u8], limits: Limits) -> Result<String, XmlError> {
    let mut reader = XmlReader::new(text, limits);
    let mut seen = String::new();
    loop {
        match reader.next_token()? {
            Token::Open => {
                seen.push('<');
                seen.push_str(reader.name());
                if let Some(value) = reader.attribute("k") {
                    seen.push(' ');
                    seen.push_str(value);
                }
                seen.push('>');
            }
            Token::Close => seen.push_str("</>"),
            Token::Text => seen.push_str(reader.text()),
            Token::End => return Ok(seen),
        }
    }
}

fn fault(text: &str) -> XmlFault {
    walk(text.as_bytes(), SMALL).unwrap_err().fault
}

#[test]
fn elements_text_and_attributes_are_read() {
    for (text, seen) in [
        (
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a k='x &amp; &#65;'>t&lt;<b/><![CDATA[<c>]]></a>\n",
            "<a x & A>t<<b></><c></>",
        ),
        ("<x:a xmlns:x='urn:x' x:k='1'><!-- no --><?no?>é</x:a>", "<a 1>é</>"),
        ("<a>&#x1F600;&apos;&quot;&gt;</a>", "<a>😀'\"></>"),
    ] {
        assert_eq!(walk(text.as_bytes(), SMALL).unwrap(), seen);
    }
}

#[test]
fn a_document_type_is_refused_before_it_is_parsed() {
    let bomb =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]>\n<a>&c;</a>";
    assert_eq!(fault(bomb), Stop::Doctype.into());
    assert_eq!(fault("<!doctype a SYSTEM 'file:///etc/passwd'><a/>"), Stop::Doctype.into());
    assert_eq!(fault("<<!DOCTYPE a><a/>"), Stop::Doctype.into());
    // Across the border of two buffers.
    let split = format!("<a>{}<!DOCTYPE b></a>", " ".repeat(64 * 1024 - 7));
    let limits = Limits { token: 100_000, ..SMALL };
    assert_eq!(walk(split.as_bytes(), limits).unwrap_err().fault, Stop::Doctype.into());
}

#[test]
fn nothing_but_the_five_entities_and_characters_of_xml_is_resolved() {
    assert_eq!(fault("<a>&nbsp;</a>"), XmlFault::Entity("nbsp".to_owned()));
    assert_eq!(fault("<a k='&xxe;'/>"), XmlFault::Entity("xxe".to_owned()));
    for text in [
        "<a>&#0;</a>",
        "<a>&#1;</a>",
        "<a>&#xFFFF;</a>",
        "<a>&#xD800;</a>",
        "<a>&#99999999999;</a>",
        "<a>&#x;</a>",
    ] {
        assert_eq!(fault(text), XmlFault::Character, "{text}");
    }
}

#[test]
fn whatever_is_too_much_is_refused_with_its_measure() {
    let limits: [(String, Stop); 5] = [
        ("<a>".repeat(9), Stop::Depth(8)),
        (format!("<a>{}</a>", "<b/>".repeat(100)), Stop::Elements(100)),
        ("<a a='1' b='1' c='1' d='1' e='1'/>".to_owned(), Stop::Attributes(4)),
        (format!("<a>{}</a>", "x".repeat(100_000)), Stop::Token(1_000)),
        (format!("<a>{}</a>", "<!-- -->".repeat(40_000)), Stop::Bytes(200_000)),
    ];
    for (text, stop) in limits {
        assert_eq!(fault(&text), stop.into());
    }
    let names: String = (0..5).map(|i| format!(" xmlns:n{i}='u'")).collect();
    assert_eq!(fault(&format!("<a{names}/>")), Stop::Attributes(4).into());
}

#[test]
fn what_is_not_well_formed_or_not_in_utf_8_is_refused() {
    for text in [
        "",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "text",
        "<a/>text",
        "<a k=1/>",
        "<a k='1' k='2'/>",
        "<a>&amp</a>",
        "<a",
        "</a>",
    ] {
        assert!(matches!(fault(text), XmlFault::Form(_)), "{text}: {:?}", fault(text));
    }
    assert_eq!(fault("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), XmlFault::Encoding);
    assert_eq!(walk(b"<a>\xFF\xFE</a>", SMALL).unwrap_err().fault, XmlFault::Encoding);
    // UTF-16 has no tag that a reader of UTF-8 sees.
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(walk(&utf16, SMALL).is_err());
}

/// A file on a disk that fails.
struct Broken;
impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the cable is cut"))
    }
}

#[test]
fn errors_say_line_and_byte_and_a_broken_file_its_reason() {
    let error = walk(b"<a>\n<b>\n&no;</b></a>", SMALL).unwrap_err();
    assert_eq!((error.line, error.byte), (3, 13));
    assert!(error.to_string().starts_with("line 3, byte 13: the entity '&no;'"), "{error}");
    let error = XmlReader::new(Broken, SMALL).next_token().unwrap_err();
    assert_eq!(error.fault, XmlFault::Read("the cable is cut".to_owned()));
}

#[test]
fn the_hash_is_of_the_whole_file() {
    let mut reader = XmlReader::new(&b"<a>x</a>\n"[..], SMALL);
    while reader.next_token().unwrap() != Token::End {}
    // printf '<a>x</a>\n' | sha256sum
    assert_eq!(reader.sha256(), "de7aa2f562c968bf069ae4843dcd1d01df398d4cc39ada9fc679fd50fea2c96f");
}

#[test]
fn an_element_is_read_whole_and_no_more_than_an_entry_holds() {
    let mut reader = XmlReader::new(&b"<l><e><n> x </n><n>y</n><o/></e><rest/></l>"[..], SMALL);
    reader.next_token().unwrap();
    reader.next_token().unwrap();
    let element = Element::read(&mut reader).unwrap();
    assert_eq!(element.name(), "e");
    assert_eq!(element.all("n").filter_map(Element::text).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!((element.text_of("o"), element.first("z")), (None, None));
    assert_eq!((reader.next_token().unwrap(), reader.name()), (Token::Open, "rest"));
    let many = format!("<e>{}</e>", "<n/>".repeat(30_000));
    let mut reader = XmlReader::new(many.as_bytes(), Limits::FILE);
    reader.next_token().unwrap();
    assert!(Element::read(&mut reader).unwrap_err().to_string().contains("more than an entry"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = walk(&bytes, SMALL);
    }

    #[test]
    fn no_bytes_of_markup_make_the_reader_panic(text in "[<>/!?&;#x'\"= a\\[\\]CDATA-]{0,120}") {
        let _ = walk(text.as_bytes(), SMALL);
    }
}
