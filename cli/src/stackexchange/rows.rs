//! The rows of one file of a dump: `<row Id="…" … />`, streamed.
//!
//! A dump can be larger than memory and can be damaged. In well-formed XML no `<` stands inside an attribute, so the
//! file is cut at every `<`: whatever is wrong with one row, the next one is found again.

use quick_xml::XmlVersion;
use quick_xml::events::Event;
use std::fmt;
use std::io::{self, BufRead};

/// The longest row that is read, in bytes. Posts of Stack Exchange have at most 30,000 characters.
const MAX_ROW: usize = 4 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where something stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Bytes before it.
    pub(crate) byte: u64,
    /// Its line, from 1.
    pub(crate) line: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, byte {}", self.line, self.byte)
    }
}

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadRow {
    #[error("not UTF-8")]
    NotUtf8,
    #[error("not well-formed: {0}")]
    Syntax(String),
    #[error("longer than {MAX_ROW} bytes")]
    TooLong,
    #[error("<{0}> where a row should stand")]
    NotARow(String),
    #[error("the file ends before it is closed; it may be cut short")]
    CutShort,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{name}=\"{value}\" is not a number")]
    NotANumber { name: &'static str, value: String },
    #[error("{name}=\"{value}\" is not a time after 1970")]
    NotATime { name: &'static str, value: String },
}

/// A row that cannot be used, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {reason}")]
pub(crate) struct Malformed {
    pub(crate) position: Position,
    pub(crate) reason: BadRow,
}

/// The attributes of one row, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    position: Position,
    attributes: Vec<(String, String)>,
}

impl Row {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn need(&self, name: &'static str) -> Result<&str, BadRow> {
        self.get(name).ok_or(BadRow::Missing(name))
    }

    /// An attribute that must be there and be a whole number.
    pub(crate) fn number(&self, name: &'static str) -> Result<i64, BadRow> {
        parse_number(name, self.need(name)?)
    }

    /// An attribute that may be absent, but is a whole number where it is there.
    pub(crate) fn optional_number(&self, name: &'static str) -> Result<Option<i64>, BadRow> {
        self.get(name).map(|value| parse_number(name, value)).transpose()
    }

    pub(crate) fn malformed(&self, reason: BadRow) -> Malformed {
        Malformed {
            position: self.position,
            reason,
        }
    }
}

fn parse_number(name: &'static str, value: &str) -> Result<i64, BadRow> {
    value.parse().map_err(|_| BadRow::NotANumber {
        name,
        value: value.to_owned(),
    })
}

/// Why a file cannot be read as a part of a dump.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("it is not XML in UTF-8; is it still compressed?")]
    NotXml,
    #[error("it begins with <{found}>, not with <{expected}>")]
    OtherList { found: String, expected: &'static str },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The rows of a file, in its order.
pub(crate) struct Rows<R> {
    source: R,
    /// The outermost element, such as `posts`.
    list: &'static str,
    /// Position of the next unread byte.
    next: Position,
    place: Place,
}

/// What the reader stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between rows.
    Inside,
    /// In a comment, which may hold anything but its end.
    Comment,
    /// After a malformed row, whose rest may look like elements.
    Astray,
    /// Behind the last row.
    End,
}

impl<R: BufRead> Rows<R> {
    /// Reads up to and including the opening tag of `list`.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a list.
    pub(crate) fn open(source: R, list: &'static str) -> Result<Self, OpenError> {
        let mut rows = Self {
            source,
            list,
            next: Position { byte: 0, line: 1 },
            place: Place::Inside,
        };
        let mut before = Vec::new();
        rows.take_until_markup(&mut before)?;
        if !before
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(&before)
            .trim_ascii()
            .is_empty()
        {
            return Err(OpenError::NotXml);
        }
        while let Some((_, chunk)) = rows.chunk()? {
            let is_comment = rows.passes_comment(&chunk);
            if !is_comment && !matches!(chunk.get(1), Some(b'?' | b'!')) {
                let found = name_of(&chunk);
                return if found == list {
                    Ok(rows)
                } else {
                    Err(OpenError::OtherList {
                        found,
                        expected: list,
                    })
                };
            }
        }
        Err(OpenError::NotXml)
    }

    /// Bytes read so far; for a progress bar.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.next.byte
    }

    /// The next row, or what is wrong with it; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Row, Malformed>>> {
        while self.place != Place::End {
            let Some((position, chunk)) = self.chunk()? else {
                self.place = Place::End;
                return Ok(Some(Err(Malformed {
                    position: self.next,
                    reason: BadRow::CutShort,
                })));
            };
            if let Some(found) = self.judge(position, &chunk) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What one chunk means where the reader stands; `None` if it holds nothing to tell.
    fn judge(&mut self, position: Position, chunk: &[u8]) -> Option<Result<Row, Malformed>> {
        if self.passes_comment(chunk) {
            return None;
        }
        let name = name_of(chunk);
        if name.strip_prefix('/') == Some(self.list) {
            self.place = Place::End;
            return None;
        }
        if name == "/row" || (name != "row" && self.place == Place::Astray) {
            return None;
        }
        let parsed = if name == "row" {
            parse(position, chunk)
        } else {
            Err(BadRow::NotARow(name))
        };
        self.place = if parsed.is_ok() {
            Place::Inside
        } else {
            Place::Astray
        };
        Some(parsed.map_err(|reason| Malformed { position, reason }))
    }

    /// Whether the chunk belongs to a comment.
    fn passes_comment(&mut self, chunk: &[u8]) -> bool {
        let inside = self.place == Place::Comment || chunk.starts_with(b"<!--");
        if inside {
            let ended = chunk.windows(3).any(|three| three == b"-->");
            self.place = if ended { Place::Inside } else { Place::Comment };
        }
        inside
    }

    /// The bytes from one `<` to just before the next one.
    fn chunk(&mut self) -> io::Result<Option<(Position, Vec<u8>)>> {
        let start = self.next;
        if self.source.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.source.consume(1);
        self.next.byte += 1;
        let mut chunk = vec![b'<'];
        self.take_until_markup(&mut chunk)?;
        Ok(Some((start, chunk)))
    }

    /// Reads up to the next `<`, keeping at most one byte more than a row may have.
    fn take_until_markup(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let end = buffer.iter().position(|&byte| byte == b'<');
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let room = (MAX_ROW + 1).saturating_sub(into.len()).min(piece.len());
            into.extend_from_slice(&piece[..room]);
            self.next.line += piece.iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.next.byte += piece.len() as u64;
            let (length, at_end) = (piece.len(), buffer.is_empty());
            self.source.consume(length);
            if end.is_some() || at_end {
                return Ok(());
            }
        }
    }
}

fn parse(position: Position, chunk: &[u8]) -> Result<Row, BadRow> {
    if chunk.len() > MAX_ROW {
        return Err(BadRow::TooLong);
    }
    let text = std::str::from_utf8(chunk).map_err(|_| BadRow::NotUtf8)?;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let event = reader.read_event().map_err(syntax)?;
    let (Event::Empty(element) | Event::Start(element)) = event else {
        return Err(BadRow::Syntax(format!("{event:?}")));
    };
    let mut attributes = Vec::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(syntax)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(syntax)?;
        attributes.push((attribute.key.0.to_owned(), value.into_owned()));
    }
    let rest = reader.read_event().map_err(syntax)?;
    let is_blank = matches!(&rest, Event::Text(text) if text.trim().is_empty());
    if is_blank || matches!(rest, Event::Eof) {
        Ok(Row { position, attributes })
    } else {
        Err(BadRow::Syntax("text after the row".to_owned()))
    }
}

fn syntax(error: impl fmt::Display) -> BadRow {
    BadRow::Syntax(error.to_string())
}

/// The name of the element a chunk opens, or `/name` if it closes one.
fn name_of(chunk: &[u8]) -> String {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
    let name: Vec<u8> = chunk
        .iter()
        .skip(1)
        .copied()
        .take_while(|byte| !ends(byte))
        .take(40)
        .collect();
    let name = String::from_utf8_lossy(&name);
    match name.strip_suffix('/') {
        Some(name) => name.to_owned(),
        None => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Vec<Result<Row, Malformed>> {
        let mut rows = Rows::open(text.as_ref(), "posts").unwrap();
        std::iter::from_fn(|| rows.next().unwrap()).collect()
    }

    fn ids(found: &[Result<Row, Malformed>]) -> Vec<i64> {
        found
            .iter()
            .flatten()
            .map(|row| row.number("Id").unwrap())
            .collect()
    }

    #[test]
    fn reads_rows_and_unescapes() {
        let found = read(
            "\u{feff}<?xml version=\"1.0\"?>\r\n<posts>\r\n  <row Id=\"1\" Body=\"&lt;p&gt;a &amp;amp; b&#xA;c > d\" />\r\n <row Id='2'></row></posts>\r\n",
        );
        assert_eq!(ids(&found), [1, 2]);
        assert_eq!(
            found[0].as_ref().unwrap().get("Body"),
            Some("<p>a &amp; b\nc > d")
        );
    }

    #[test]
    fn a_bad_row_is_told_once_with_its_place_and_the_next_is_found() {
        let found = read(
            "<posts>\n<row Id=\"1\" />\n<row Id=\"2\" Body=\"a < b and <c> d\" />\n<row Id=\"3\" />\n</posts>",
        );
        assert_eq!(ids(&found), [1, 3]);
        let bad: Vec<_> = found.into_iter().filter_map(Result::err).collect();
        assert_eq!(bad.len(), 1, "{bad:?}");
        assert_eq!(bad[0].position, Position { byte: 23, line: 3 });
    }

    #[test]
    fn every_kind_of_damage_has_its_reason() {
        let reason = |row: &[u8]| {
            let mut text = b"<posts>".to_vec();
            text.extend_from_slice(row);
            text.extend_from_slice(b"<row Id=\"9\"/></posts>");
            let found = read(text);
            assert_eq!(ids(&found), [9], "the row behind it is found");
            found
                .into_iter()
                .find_map(Result::err)
                .expect("it is told")
                .reason
        };
        assert_eq!(reason(b"<row Id=\"\xff\"/>"), BadRow::NotUtf8);
        assert_eq!(reason(b"<rows Id=\"1\"/>"), BadRow::NotARow("rows".into()));
        for syntax in [
            &b"<row Id=\"1/>"[..],
            b"<row Id=1/>",
            b"<row Id=\"1\" Id=\"2\"/>",
            b"<row Id=\"&nope;\"/>",
            b"<row Id=\"1\"/> words",
            b"<row Id=\"1\"",
        ] {
            assert!(
                matches!(reason(syntax), BadRow::Syntax(_)),
                "{}",
                String::from_utf8_lossy(syntax)
            );
        }
        let mut long = b"<row Id=\"".to_vec();
        long.resize(MAX_ROW + 5, b'1');
        long.extend_from_slice(b"\"/>");
        assert_eq!(reason(&long), BadRow::TooLong);
    }

    #[test]
    fn an_endless_row_is_not_kept_in_memory() {
        let mut text = b"<posts><row Id=\"".to_vec();
        text.resize(3 * MAX_ROW, b'1');
        let mut rows = Rows::open(text.as_slice(), "posts").unwrap();
        let (_, chunk) = rows.chunk().unwrap().unwrap();
        assert!(chunk.len() <= MAX_ROW + 1, "{} bytes are kept", chunk.len());
        assert_eq!(rows.bytes_read(), text.len() as u64);
    }

    #[test]
    fn a_file_cut_short_is_told() {
        let found = read("<posts><row Id=\"1\"/>\n");
        assert_eq!(ids(&found), [1]);
        assert_eq!(found[1].as_ref().unwrap_err().reason, BadRow::CutShort);
    }

    #[test]
    fn comments_may_hold_rows() {
        assert_eq!(
            ids(&read(
                "<!-- <posts> --><posts><!-- <row Id=\"1\"/> --><row Id=\"2\"/></posts>"
            )),
            [2]
        );
    }

    #[test]
    fn what_is_no_dump_is_refused() {
        for garbage in [
            &b""[..],
            b"7z\xbc\xaf\x27\x1c<row",
            b"\xff\xfe<\x00p\x00",
            b"<?xml version=\"1.0\"?>",
        ] {
            assert!(matches!(Rows::open(garbage, "posts"), Err(OpenError::NotXml)));
        }
        assert!(matches!(
            Rows::open(&b"<votes>"[..], "posts"),
            Err(OpenError::OtherList { .. })
        ));
    }
}
