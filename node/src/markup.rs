//! HTML as text: enough to read a post or to find a word in it, not to lay it out.

/// Text of HTML: tags gone, blocks on lines of their own, entities read.
pub fn without_markup(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else {
            rest = &rest[start..];
            break;
        };
        let tag = rest[start + 1..start + end].to_ascii_lowercase();
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .unwrap_or_default();
        match name {
            "p" | "div" | "ul" | "ol" | "pre" | "blockquote" | "br" | "hr" | "tr" | "h1" | "h2" | "h3"
            | "h4" => {
                text.push('\n');
            }
            "li" if !tag.starts_with('/') => text.push_str("\n- "),
            _ => {}
        }
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
    squeeze(&unescape(&text))
}

fn unescape(text: &str) -> String {
    // `&amp;` last, so that `&amp;lt;` stays the text `&lt;`.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

/// At most one empty line in a row, none at the ends.
fn squeeze(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_readable_text() {
        let html = "<h1>Why?</h1>\n<p>A &amp;lt; <em>b</em><br/>c &lt; d</p>\n\n<ul><li>one</li><li>two</li></ul><hr>";
        assert_eq!(without_markup(html), "Why?\n\nA &lt; b\nc < d\n\n- one\n- two");
    }
}
