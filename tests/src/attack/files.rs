//! Hostile files, made in code, the same at every run: XML that unfolds, archives that lie, pictures that flood.

use std::io::Write;

use flate2::{
    Compress, Compression, Crc, FlushCompress,
    write::{DeflateEncoder, ZlibEncoder},
};

/// The file of a name, or nothing where the name is not known.
pub fn make(name: &str) -> Option<Vec<u8>> {
    Some(match name {
        "billion_laughs" => billion_laughs().into_bytes(),
        "quadratic_blowup" => quadratic().into_bytes(),
        "deep_xml" => format!("{}{}", "<a>".repeat(1_000_000), "</a>".repeat(1_000_000)).into_bytes(),
        "many_attrs" => {
            format!("<iati-activities {}/>", numbered(100_000, |i| format!("a{i}=\"\" "))).into_bytes()
        }
        "many_ns" => {
            format!("<iati-activities {}/>", numbered(100_000, |i| format!("xmlns:n{i}=\"u:{i}\" ")))
                .into_bytes()
        }
        "xml_xxe" => activity("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "&e;").into_bytes(),
        "xlsx_lying_sizes" | "zip_bomb" | "xlsx_bomb" => lying_sizes(),
        "xlsx_many" | "zip_many" => {
            zip(&(0..100_000).map(|i| (format!("x/{i}"), Vec::new())).collect::<Vec<_>>())
        }
        "xlsx_nested" | "zip_nested" => nested(),
        "zip_overlap" | "xlsx_overlap" => overlapping(),
        "xlsx_xxe" => workbook(
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"http://127.0.0.1:9/x\">]>",
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&e;</t></is></c></row>",
            "",
        ),
        "xlsx_dimension" | "xlsx_lying_dimension" | "xlsx_huge_dimension" => workbook(
            "",
            "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
            "<dimension ref=\"A1:XFD1048576\"/>",
        ),
        "zip_slip" | "xlsx_slip" | "xlsx_traversal" => zip(&[
            ("../../../../tmp/attack".to_owned(), b"x".to_vec()),
            ("xl/workbook.xml".to_owned(), b"<x/>".to_vec()),
        ]),
        "multipart_map_1000" => multipart_map(1_000).into_bytes(),
        "png_pixel_flood" => png_pixel_flood(),
        "svg_script" => svg_script().into_bytes(),
        "csv_huge_cell" => format!("title\n\"{}\"\n", "a".repeat(10_000_000)).into_bytes(),
        "csv_many_columns" => format!("{}\n", numbered(100_000, |i| format!("c{i},"))).into_bytes(),
        "csv_many_rows" => format!("title\n{}", numbered(1_000_000, |i| format!("r{i}\n"))).into_bytes(),
        "deep_json" => format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
        "polyglot" | "gif_html" => b"GIF89a/*<script>alert(1)</script>*/=1;".to_vec(),
        _ => return None,
    })
}

fn numbered(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect()
}

fn activity(doctype: &str, title: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>{doctype}<iati-activities><iati-activity><title><narrative>{title}</narrative></title></iati-activity></iati-activities>"
    )
}

/// Ten levels of ten.
fn billion_laughs() -> String {
    let level = |level: usize| {
        let one = format!("&l{level};");
        format!("<!ENTITY l{} \"{}\">", level.saturating_add(1), one.repeat(10))
    };
    activity(&format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{}]>", numbered(10, level)), "&l10;")
}

/// One long entity many times.
fn quadratic() -> String {
    activity(&format!("<!DOCTYPE x [<!ENTITY e \"{}\">]>", "a".repeat(100_000)), &"&e;".repeat(10_000))
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        // The empty block, without the cost of a packer for each of many entries.
        return vec![3, 0];
    }
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

/// One entry of an archive as its directory is to tell it.
struct Entry {
    name: String,
    crc: u32,
    packed: u32,
    /// Size that the directory declares.
    declared: u32,
    offset: u32,
}

fn local(out: &mut Vec<u8>, entry: &Entry, data: &[u8]) {
    out.extend(*b"PK\x03\x04");
    for half in [20_u16, 0, 8, 0, 0] {
        out.extend(half.to_le_bytes());
    }
    for word in [entry.crc, entry.packed, entry.declared] {
        out.extend(word.to_le_bytes());
    }
    out.extend((entry.name.len() as u16).to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out.extend(entry.name.as_bytes());
    out.extend(data);
}

fn directory(out: &mut Vec<u8>, entries: &[Entry]) {
    let begin = out.len() as u32;
    for entry in entries {
        out.extend(*b"PK\x01\x02");
        for half in [20_u16, 20, 0, 8, 0, 0] {
            out.extend(half.to_le_bytes());
        }
        for word in [entry.crc, entry.packed, entry.declared] {
            out.extend(word.to_le_bytes());
        }
        out.extend((entry.name.len() as u16).to_le_bytes());
        out.extend([0; 12]);
        out.extend(entry.offset.to_le_bytes());
        out.extend(entry.name.as_bytes());
    }
    let size = (out.len() as u32).saturating_sub(begin);
    // The count has sixteen bits; a larger one wraps, which is part of the attack.
    let count = (entries.len() as u16).to_le_bytes();
    out.extend(*b"PK\x05\x06");
    out.extend([0; 4]);
    out.extend(count);
    out.extend(count);
    out.extend(size.to_le_bytes());
    out.extend(begin.to_le_bytes());
    out.extend([0; 2]);
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entries = Vec::with_capacity(files.len());
    for (name, content) in files {
        let data = deflated(content);
        let mut crc = Crc::new();
        crc.update(content);
        let entry = Entry {
            name: name.clone(),
            crc: crc.sum(),
            packed: data.len() as u32,
            declared: content.len() as u32,
            offset: out.len() as u32,
        };
        local(&mut out, &entry, &data);
        entries.push(entry);
    }
    directory(&mut out, &entries);
    out
}

/// The parts of a workbook; `begin` stands before the sheet, `rows` and `before` inside it.
fn workbook(begin: &str, rows: &str, before: &str) -> Vec<u8> {
    zip(&workbook_files(&format!(
        "<?xml version=\"1.0\"?>{begin}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{before}<sheetData>{rows}</sheetData></worksheet>"
    )))
}

fn workbook_files(sheet: &str) -> Vec<(String, Vec<u8>)> {
    const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let relation = |id: &str, kind: &str, to: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"{id}\" Type=\"{REL}/{kind}\" Target=\"{to}\"/></Relationships>"
        )
    };
    [
        ("[Content_Types].xml", format!("<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{SHEET}.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{SHEET}.worksheet+xml\"/></Types>")),
        ("_rels/.rels", relation("r1", "officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", format!("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{REL}\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", relation("r1", "worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", sheet.to_owned()),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .to_vec()
}

/// A sheet of a gigabyte of spaces, said to be a kilobyte.
fn lying_sizes() -> Vec<u8> {
    // After a full flush the packer knows nothing of what came before, so one packed megabyte can stand many times.
    let mut deflate = Compress::new(Compression::best(), false);
    let mut packed = |bytes: &[u8], flush: FlushCompress| {
        let mut out = Vec::with_capacity(bytes.len().saturating_add(1_024));
        let _ = deflate.compress_vec(bytes, &mut out, flush);
        out
    };
    let begin = packed(b"<worksheet><sheetData>", FlushCompress::Full);
    let megabyte = packed(&vec![b' '; 1 << 20], FlushCompress::Full);
    let data = [begin, megabyte.repeat(1_024), packed(b"", FlushCompress::Finish)].concat();
    let mut out = Vec::new();
    let mut entries = Vec::new();
    for (name, content) in workbook_files("") {
        let (data, declared) = if name.ends_with("sheet1.xml") {
            (data.clone(), 1_024)
        } else {
            (deflated(&content), content.len() as u32)
        };
        let mut crc = Crc::new();
        crc.update(&content);
        let entry =
            Entry { name, crc: crc.sum(), packed: data.len() as u32, declared, offset: out.len() as u32 };
        local(&mut out, &entry, &data);
        entries.push(entry);
    }
    directory(&mut out, &entries);
    out
}

/// An archive in an archive in an archive, named as a sheet.
fn nested() -> Vec<u8> {
    let mut inner = zip(&[("bomb.txt".to_owned(), vec![b'0'; 10_000_000])]);
    for level in 0..8 {
        inner = zip(&[(format!("level{level}.zip"), inner.clone()), ("xl/workbook.xml".to_owned(), inner)]);
    }
    inner
}

/// A thousand entries that share one piece of data of ten megabytes.
fn overlapping() -> Vec<u8> {
    let content = vec![b'0'; 10_000_000];
    let data = deflated(&content);
    let mut crc = Crc::new();
    crc.update(&content);
    let entry = |i: usize| Entry {
        name: format!("xl/worksheets/sheet{i}.xml"),
        crc: crc.sum(),
        packed: data.len() as u32,
        declared: content.len() as u32,
        offset: 0,
    };
    let mut out = Vec::new();
    local(&mut out, &entry(1), &data);
    directory(&mut out, &(1..=1_000).map(entry).collect::<Vec<_>>());
    out
}

/// One file that many variables of a map name.
fn multipart_map(count: usize) -> String {
    let paths: Vec<String> = (0..count).map(|i| format!("\"variables.f.{i}\"")).collect();
    let nulls = vec!["null"; count].join(",");
    let operations = format!(
        "{{\"query\":\"mutation($f:[Upload!]!){{upload(files:$f){{__typename}}}}\",\"variables\":{{\"f\":[{nulls}]}}}}"
    );
    let part = |name: &str, more: &str, content: &str| {
        format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n")
    };
    format!(
        "{}{}{}--X--\r\n",
        part("operations", "", &operations),
        part("map", "", &format!("{{\"0\":[{}]}}", paths.join(","))),
        part("0", "; filename=\"a.txt\"\r\nContent-Type: text/plain", &"a".repeat(10_000)),
    )
}

/// A picture of 65,535 by 65,535 points in a few kilobytes: the head says so, the data begins and stops.
fn png_pixel_flood() -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(kind);
        out.extend(data);
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(data);
        out.extend(crc.sum().to_be_bytes());
    };
    let mut head = Vec::new();
    head.extend(65_535_u32.to_be_bytes());
    head.extend(65_535_u32.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    chunk(b"IHDR", &head);
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    let _ = packer.write_all(&vec![0; 4_000_000]);
    chunk(b"IDAT", &packer.finish().unwrap_or_default());
    chunk(b"IEND", &[]);
    out
}

fn svg_script() -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(document.domain)</script>\
     <foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"><iframe src=\"javascript:alert(1)\"/></body></foreignObject></svg>"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_they_claim_to_be_and_the_same_each_time() {
        for name in ["billion_laughs", "xlsx_xxe", "zip_overlap", "png_pixel_flood", "multipart_map_1000"] {
            assert_eq!(make(name), make(name), "{name}");
        }
        assert!(make("billion_laughs").unwrap().len() < 2_000);
        let lying = make("xlsx_lying_sizes").unwrap();
        assert!(lying.starts_with(b"PK\x03\x04") && lying.len() < 8_000_000, "{}", lying.len());
        let begin = lying.windows(11).position(|window| window.starts_with(b"sheet1.xml"));
        let mut unpacked = flate2::read::DeflateDecoder::new(&lying[begin.unwrap() + 10..]);
        let size =
            std::io::copy(&mut std::io::Read::take(&mut unpacked, 5 << 20), &mut std::io::sink()).unwrap();
        assert_eq!(size, 5 << 20, "it unpacks beyond what it declares");
        let many = make("xlsx_many").unwrap();
        assert_eq!(many.windows(4).filter(|window| *window == b"PK\x01\x02").count(), 100_000);
        let png = make("png_pixel_flood").unwrap();
        assert_eq!(png[16..24], [0, 0, 255, 255, 0, 0, 255, 255]);
        assert!(make("unheard_of").is_none());
    }
}
