//! Whether a page is what browsers and screen readers expect: read as markup, not as text.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeSet;

/// Elements of HTML that have no end.
const VOID: [&str; 3] = ["meta", "link", "br"];

/// What is open at a place of the page.
#[derive(Default)]
struct Page {
    open: Vec<String>,
    ids: BTreeSet<String>,
    /// Ids that something on the page refers to.
    named: Vec<String>,
    headings: Vec<u8>,
    pictures: usize,
    /// Of the figure one is in: whether it has a picture, its title and description, and a table.
    figure: [bool; 4],
}

const PICTURE: usize = 0;
const TITLE: usize = 1;
const DESCRIPTION: usize = 2;
const TABLE: usize = 3;

/// Fails where the page is not well-formed, a picture has no words or numbers beside it, headings leave out a level, a link
/// leads nowhere, or anything is fetched or run. Gives how many pictures there are.
#[track_caller]
pub(super) fn read(page: &str) -> usize {
    let text = page.strip_prefix("<!DOCTYPE html>").expect("a page of HTML");
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut read = Page::default();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => read.enter(&element),
            Event::End(element) => {
                let name = element.name().as_ref().to_owned();
                assert_eq!(
                    read.open.pop(),
                    Some(name.clone()),
                    "what was opened last is closed first"
                );
                read.leave(&name);
            }
            Event::Eof => break,
            Event::Empty(element) => panic!("{element:?}: HTML closes nothing so"),
            Event::Text(_) | Event::GeneralRef(_) | Event::Comment(_) => (),
            other => panic!("{other:?} does not belong on the page"),
        }
    }
    assert!(read.open.is_empty(), "{:?} is never closed", read.open);
    for named in &read.named {
        assert!(read.ids.contains(named), "nothing is called {named}");
    }
    let level = |pair: &[u8]| pair[1] <= pair[0] + 1;
    assert!(
        read.headings.first() == Some(&1) && read.headings.windows(2).all(level),
        "{:?}",
        read.headings
    );
    assert_eq!(read.headings.iter().filter(|level| **level == 1).count(), 1);
    read.pictures
}

impl Page {
    fn enter(&mut self, element: &BytesStart<'_>) {
        let name = element.name().as_ref().to_owned();
        let attributes: Vec<(String, String)> = element
            .attributes()
            .map(|attribute| {
                let attribute = attribute.expect("an attribute with a value, once");
                let key = attribute.key.as_ref().to_owned();
                (key, attribute.value.into_owned())
            })
            .collect();
        let value = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        assert!(
            !["script", "iframe", "object", "img", "link"].contains(&name.as_str()),
            "{name}"
        );
        for (key, value) in &attributes {
            assert!(
                !key.starts_with("on") && key != "src",
                "{name} runs or fetches: {key}"
            );
            assert!(
                !value.contains("http:") && !value.contains("https:"),
                "{name} {key}={value}"
            );
        }
        if let Some(id) = value("id") {
            assert!(self.ids.insert(id.to_owned()), "two things are called {id}");
        }
        if let Some(link) = value("href") {
            self.named
                .push(link.strip_prefix('#').expect("a link within the page").to_owned());
        }
        self.named.extend(
            value("aria-labelledby")
                .into_iter()
                .flat_map(str::split_whitespace)
                .map(str::to_owned),
        );
        match name.as_str() {
            "html" => assert_eq!(value("lang"), Some("en")),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.headings.push(name.as_bytes()[1] - b'0'),
            "figure" => self.figure = [false; 4],
            "svg" => {
                assert_eq!(value("role"), Some("img"));
                self.pictures += 1;
                self.figure[PICTURE] = true;
            }
            "title" => self.figure[TITLE] = true,
            "desc" => self.figure[DESCRIPTION] = true,
            "table" => self.figure[TABLE] = true,
            "th" => assert!(value("scope").is_some(), "a heading of a table says of what"),
            _ => (),
        }
        if !VOID.contains(&name.as_str()) {
            self.open.push(name);
        }
    }

    fn leave(&mut self, name: &str) {
        if name == "figure" && self.figure[PICTURE] {
            assert_eq!(
                self.figure, [true; 4],
                "a picture has a title, a description and its numbers"
            );
        }
    }
}
