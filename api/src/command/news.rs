//! News for the people of an organisation: said once without a language, and written to each in the own one. Sentences
//! are templates beside this (`locale`); what states, deeds and reasons are called is what the pages call them.

use domain::{Vocabulary, digest::DigestLanguage as Language};
use fluent_bundle::FluentValue;

use crate::{
    account::letters::Said,
    digest::{letter::one_line, words::Words},
};

/// What is put into a sentence.
#[derive(Debug, Clone)]
pub(crate) enum Put {
    /// What somebody wrote, or a number.
    Text(String),
    /// A word that the pages have, by its key.
    Label(String),
}

impl Put {
    /// A name or a title, as one line: whoever wrote it writes no line of ours.
    pub(crate) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// What the pages call a state, a deed or a reason, which they keep under a prefix.
    pub(crate) fn label(prefix: &str, value: impl Vocabulary) -> Self {
        Self::Label(format!("{prefix}-{}", value.code()))
    }
}

#[derive(Debug, Clone)]
enum Part {
    Sentence(&'static str, Vec<(&'static str, Put)>),
    Lines(String),
}

/// A piece of news in no language yet.
#[derive(Debug, Clone)]
pub(crate) struct News {
    subject: &'static str,
    parts: Vec<Part>,
    link: Option<(&'static str, String)>,
}

impl News {
    /// News with a subject, by its key.
    pub(crate) const fn of(subject: &'static str) -> Self {
        Self { subject, parts: Vec::new(), link: None }
    }

    /// A sentence.
    pub(crate) fn say(self, key: &'static str) -> Self {
        self.say_with(key, Vec::new())
    }

    /// A sentence with what is put in.
    pub(crate) fn say_with(mut self, key: &'static str, put: Vec<(&'static str, Put)>) -> Self {
        self.parts.push(Part::Sentence(key, put));
        self
    }

    /// What somebody did, and the prefix under which the pages name it.
    pub(crate) fn done(self, prefix: &str, deed: impl Vocabulary) -> Self {
        self.say_with("news-done", vec![("deed", Put::label(prefix, deed))])
    }

    /// Where it stands, and the prefix under which the pages name it.
    pub(crate) fn stands(self, prefix: &str, state: impl Vocabulary) -> Self {
        self.say_with("news-stands", vec![("state", Put::label(prefix, state))])
    }

    /// Lines of their own, as they are.
    pub(crate) fn lines(mut self, text: String) -> Self {
        self.parts.push(Part::Lines(text));
        self
    }

    /// Ends with where to look.
    pub(crate) fn see(mut self, url: &str) -> Self {
        self.link = Some(("news-see", url.to_owned()));
        self
    }

    /// Ends with where to look and to answer.
    pub(crate) fn answer(mut self, url: &str) -> Self {
        self.link = Some(("news-answer", url.to_owned()));
        self
    }

    /// The news as subject and text.
    pub(crate) fn written(&self, language: Language) -> Said {
        let words = Words::of(language);
        let labels = pages::words::Words::of(language);
        let between = match language {
            // A full stop holds the blank that follows it.
            Language::Zh => "",
            // There are no full stops, and blanks stand within sentences.
            Language::Th | Language::Lo => "\n",
            _ => " ",
        };
        let mut body = String::new();
        let mut after = "";
        for part in &self.parts {
            match part {
                Part::Sentence(key, put) => {
                    let args: Vec<(&str, FluentValue<'_>)> = put
                        .iter()
                        .map(|(name, put)| {
                            let value = match put {
                                Put::Text(text) => one_line(text).into(),
                                Put::Label(key) => labels.say(key).into(),
                            };
                            (*name, value)
                        })
                        .collect();
                    body.push_str(after);
                    body.push_str(&words.say_with(key, &args));
                    after = between;
                }
                Part::Lines(text) => {
                    body.push_str(if body.is_empty() { "" } else { "\n\n" });
                    body.push_str(text);
                    after = "\n\n";
                }
            }
        }
        if let Some((key, url)) = &self.link {
            body.push_str("\n\n");
            body.push_str(&words.say(key));
            body.push('\n');
            body.push_str(url);
        }
        (words.say(self.subject), body)
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        demonstration_area::{AreaState, AreaTransition},
        exchange_event::{EventState, EventTransition},
        introduction::{InterestDeclineReason, IntroductionState, IntroductionTransition},
        meeting::{MeetingState, MeetingTransition},
        partnership::{PartnershipState, PartnershipTransition},
    };

    use super::*;
    use crate::digest::words::{SOURCES, holes};

    #[test]
    fn every_language_has_every_template_with_the_same_holes() {
        let wanted = holes(SOURCES[0].1[2]);
        assert!(wanted.len() > 50 && wanted["lapsed-text"].len() == 2, "{wanted:?}");
        for (language, [.., source]) in SOURCES {
            assert_eq!(holes(source), wanted, "{}", language.tag());
        }
    }

    #[test]
    fn states_and_deeds_have_a_name_in_every_language() {
        fn keys<V: Vocabulary>(prefix: &str) -> Vec<String> {
            V::ALL.iter().map(|value| format!("{prefix}-{}", value.code())).collect()
        }
        let all = [
            keys::<IntroductionState>("introduction"),
            keys::<IntroductionTransition>("move"),
            keys::<InterestDeclineReason>("no"),
            keys::<PartnershipState>("partnership"),
            keys::<PartnershipTransition>("deed"),
            keys::<AreaState>("area"),
            keys::<AreaTransition>("area-deed"),
            keys::<MeetingState>("meeting"),
            keys::<MeetingTransition>("meeting-deed"),
            keys::<EventState>("event"),
            keys::<EventTransition>("event-deed"),
        ];
        for (language, _) in SOURCES {
            let labels = pages::words::Words::of(language);
            let lacking: Vec<&String> = all.iter().flatten().filter(|key| !labels.has(key)).collect();
            assert!(lacking.is_empty(), "{}: {lacking:?}", language.tag());
        }
    }

    #[test]
    fn news_is_written_in_the_readers_language() {
        let news = News::of("introduction")
            .done("move", IntroductionTransition::Accept)
            .stands("introduction", IntroductionState::Accepted)
            .lines("Drina Telekom\noffice@drina.example".to_owned())
            .say("news-free")
            .answer("https://caravanserai.example");
        let (subject, body) = news.written(Language::En);
        assert_eq!(subject, "News of an introduction");
        assert_eq!(
            body,
            "What was done: “Accept”. It stands at: accepted.\n\nDrina Telekom\noffice@drina.example\n\nNothing of this \
             binds you.\n\nSign in to see it and to answer:\nhttps://caravanserai.example"
        );
        let (subject, body) = news.written(Language::Sr);
        assert_eq!(subject, "Новости о упознавању");
        assert!(body.contains("Стање сада: прихваћено.") && !body.contains("accepted"), "{body}");
        let (_, body) = news.written(Language::Zh);
        assert!(body.contains("。当前状态：已接受。"), "no blank between sentences: {body}");
        let title = "Forum\n\nSign in here:\nhttps://elsewhere.example";
        let (_, body) =
            News::of("event").say_with("event-text", vec![("title", Put::text(title))]).written(Language::En);
        assert_eq!(body.lines().count(), 1, "what somebody wrote is no line of ours: {body}");
        let (_, body) = news.written(Language::Ar);
        assert!(body.ends_with("\nhttps://caravanserai.example"), "a link stands by itself: {body}");
    }
}
