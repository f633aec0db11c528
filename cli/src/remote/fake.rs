//! A node made up for a test: it opens sessions for anybody and answers otherwise as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

pub(crate) struct FakeNode {
    base: String,
}

/// What it answers.
pub(crate) enum Answer {
    Whole {
        status: u16,
        media_type: &'static str,
        text: String,
    },
    /// It reads nothing more and says nothing.
    Silence,
    /// It begins to answer, and stops.
    Stalling,
}

impl Answer {
    pub(crate) fn json(status: u16, text: String) -> Answer {
        let media_type = "application/json";
        Answer::Whole {
            status,
            media_type,
            text,
        }
    }

    pub(crate) fn html(status: u16, text: &str) -> Answer {
        let (media_type, text) = ("text/html", text.to_owned());
        Answer::Whole {
            status,
            media_type,
            text,
        }
    }

    pub(crate) fn silence() -> Answer {
        Answer::Silence
    }

    pub(crate) fn stalling() -> Answer {
        Answer::Stalling
    }
}

impl FakeNode {
    /// `answer` is given the path asked for; where it has nothing to say the node is well and empty.
    pub(crate) fn answering(answer: impl Fn(&str) -> Option<Answer> + Send + 'static) -> FakeNode {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for mut stream in listener.incoming().flatten() {
                // A client that has gone away needs no answer.
                let _answered = attend(&mut stream, &answer);
                open.push(stream);
            }
        });
        FakeNode { base }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }
}

fn attend(stream: &mut TcpStream, answer: &impl Fn(&str) -> Option<Answer>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let challenge = || Answer::json(200, format!(r#"{{"challenge":"{}"}}"#, "00".repeat(32)));
    let usual = || match path.as_str() {
        "/v1/challenge" => challenge(),
        "/v1/session" => Answer::json(200, r#"{"token":"t"}"#.to_owned()),
        _ => Answer::json(200, "{}".to_owned()),
    };
    let answer = answer(&path).unwrap_or_else(usual);
    if matches!(answer, Answer::Silence) {
        return Ok(());
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    match answer {
        Answer::Whole {
            status,
            media_type,
            text,
        } => {
            let length = text.len();
            write!(
                stream,
                "HTTP/1.1 {status} said\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
            )?;
            stream.shutdown(Shutdown::Write)
        }
        Answer::Silence => Ok(()),
        Answer::Stalling => write!(stream, "HTTP/1.1 200 said\r\nContent-Length: 9\r\n\r\nhalf"),
    }
}
