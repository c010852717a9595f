//! The message in HTML, from MJML: a table that the common readers show alike. No font and no picture is fetched; in the
//! dark its colours turn. MJML is laid out once a language, with marks where a letter's own words go: they bear on
//! nothing of the layout.

use std::{collections::HashMap, sync::OnceLock};

use domain::{Vocabulary, digest::DigestLanguage};

use super::letter::escaped;

/// Marks for the title, what is said, and what stands below it: words that no layout has. A letter's own words are
/// never looked through for them.
const MARKS: [&str; 3] = ["FRAME-TITLE", "FRAME-MAIN", "FRAME-FOOT"];

/// What is laid out: text, each followed by the place of a mark; the last one by none.
type Frame = Vec<(String, Option<usize>)>;

/// The message in HTML. `main` and `foot` are HTML, `title` is text.
pub fn page(language: DigestLanguage, title: &str, main: &str, foot: &str) -> String {
    static FRAMES: OnceLock<HashMap<DigestLanguage, Frame>> = OnceLock::new();
    let frames = FRAMES.get_or_init(|| {
        let frame = |language: &DigestLanguage| Some((*language, framed(*language)?));
        DigestLanguage::ALL.iter().filter_map(frame).collect()
    });
    let title = escaped(title);
    let Some(frame) = frames.get(&language) else {
        // What MJML cannot lay out is still complete as it is.
        let (tag, dir) = (language.tag(), direction(language).0);
        return format!("<html lang=\"{tag}\" dir=\"{dir}\"><body>{main}<p>{foot}</p></body></html>");
    };
    let filling = [title.as_str(), main, foot];
    let mut html = String::new();
    for (text, mark) in frame {
        html.push_str(text);
        html.push_str(mark.and_then(|mark| filling.get(mark)).copied().unwrap_or_default());
    }
    html
}

/// Direction and side of a language.
const fn direction(language: DigestLanguage) -> (&'static str, &'static str) {
    if language.is_rtl() { ("rtl", "right") } else { ("ltr", "left") }
}

/// The layout of a language, taken apart at its marks; none where MJML makes none, or drops one.
fn framed(language: DigestLanguage) -> Option<Frame> {
    let [title, main, foot] = MARKS;
    let html = laid_out(language, title, main, foot)?;
    let (mut frame, mut rest) = (Frame::new(), html.as_str());
    loop {
        let next = MARKS.iter().enumerate().filter_map(|(place, mark)| Some((rest.find(mark)?, place, mark)));
        let Some((at, place, mark)) = next.min() else { break };
        frame.push((rest.get(..at)?.to_owned(), Some(place)));
        rest = rest.get(at.checked_add(mark.len())?..)?;
    }
    frame.push((rest.to_owned(), None));
    (0..MARKS.len()).all(|place| frame.iter().any(|(_, mark)| *mark == Some(place))).then_some(frame)
}

/// The page as MJML lays it out; all three are HTML.
fn laid_out(language: DigestLanguage, title: &str, main: &str, foot: &str) -> Option<String> {
    let (dir, align) = direction(language);
    let tag = language.tag();
    // MJML lays every column out from left to right, whatever its section says: without a direction of their own the
    // lines would run right to left and their sentences, with numbers and stops, the other way.
    let (open, close) = if language.is_rtl() { ("<div dir=\"rtl\">", "</div>") } else { ("", "") };
    let source = format!(
        "<mjml lang=\"{tag}\" dir=\"{dir}\"><mj-head><mj-title>{title}</mj-title>\
         <mj-attributes><mj-all font-family=\"Helvetica, Arial, sans-serif\" />\
         <mj-text align=\"{align}\" color=\"#1a202c\" font-size=\"15px\" line-height=\"1.5\" /></mj-attributes>\
         <mj-style>.l{{color:#1a5276}}.b,.r{{display:inline-block;height:8px;background:#1a5276}}\
         .r{{background:#cbd5e0}}:root{{color-scheme:light dark}}\
         @media (prefers-color-scheme:dark){{body,body div,.d td{{background:#111827 !important;\
         color:#e5e7eb !important}}.l{{color:#93c5fd !important}}.b{{background:#60a5fa !important}}\
         .r{{background:#475569 !important}}}}</mj-style></mj-head>\
         <mj-body background-color=\"#ffffff\"><mj-section css-class=\"d\" direction=\"{dir}\"><mj-column>\
         <mj-text>{open}{main}{close}</mj-text><mj-text font-size=\"12px\" color=\"#4a5568\">{open}{foot}{close}</mj-text>\
         </mj-column></mj-section></mj-body></mjml>"
    );
    let options = mrml::prelude::render::RenderOptions {
        fonts: HashMap::new(),
        ..mrml::prelude::render::RenderOptions::default()
    };
    let parsed =
        mrml::parse(source).map_err(|error| tracing::error!(%error, "a letter does not read")).ok()?;
    parsed.element.render(&options).map_err(|error| tracing::error!(%error, "a letter is not laid out")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_in_its_frame_is_what_mjml_makes_of_the_whole() {
        let title = "Zwei & drei < \"vier\" 新 جديد";
        let main = "<p>Intro &amp; more</p><p><b><bdi dir=\"auto\" lang=\"zh\">智慧 &lt;b&gt;</bdi></b> <small>[x]</small><br />New \
                    · 79.1<br /><span class=\"b\" style=\"width:79px\"></span>why<br /><a class=\"l\" \
                    href=\"https://a.example/d/x?a=1&amp;b=2\">Yes</a></p>";
        let foot = "it&#39;s<br />why<br /><a class=\"l\" href=\"https://a.example/u/x\">stop</a>";
        for language in DigestLanguage::ALL {
            let whole = laid_out(*language, &escaped(title), main, foot).unwrap();
            assert_eq!(page(*language, title, main, foot), whole, "{}", language.tag());
        }
    }
}
