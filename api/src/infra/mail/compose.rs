//! A letter as a message of RFC 5322: text and HTML of equal content, headers that say it was sent by a program.

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::kernel::error::{Error, Result};

/// Everything a message says.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Sender.
    pub from: String,
    /// Reader.
    pub to: String,
    /// Stable for each letter, so that a repeat can be recognised (`reliability.md` O-01).
    pub message_id: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Language of the text.
    pub lang: &'static str,
    /// Subject, one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Where the reader chooses not to get such letters, for digests.
    pub unsubscribe: Option<String>,
}

/// Whether a text is one plain mail address: no name, no list, no line end (`reliability.md` O-03).
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.len() <= 254
        && text.is_ascii()
        && !text.bytes().any(|byte| byte.is_ascii_control() || b" ,;<>\"()".contains(&byte))
        && text.parse::<Address>().is_ok()
        && text.rsplit_once('@').is_some_and(|(_, host)| host.contains('.') || host == "localhost")
}

/// The message of a letter.
///
/// # Errors
/// An internal fault for an address that is none, which is checked when it is taken.
pub fn compose(letter: &Letter) -> Result<Message> {
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(Error::internal);
    let to = Mailbox::new(None, letter.to.parse().map_err(Error::internal)?);
    let subject: String = letter.subject.chars().filter(|c| !c.is_control()).take(200).collect();
    let mut message = Message::builder()
        .from(mailbox(&letter.from)?)
        .to(to)
        .subject(subject)
        .date(letter.at.into())
        .message_id(Some(format!("<{}>", letter.message_id)))
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(Error::internal)?;
    let headers = message.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    };
    put("Auto-Submitted", "auto-generated");
    put("Content-Language", letter.lang);
    if let Some(url) = &letter.unsubscribe {
        put("List-Unsubscribe", &format!("<{url}>"));
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_plain() {
        // REQ O-03
        for good in ["a@example.org", "first.last+tag@sub.example.org"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.c",
            "a@b",
            "a@example.org,b@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "A <a@example.org>",
            "a b@example.org",
            "a@example.org\0",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }

    #[test]
    fn chinese_and_line_ends_are_written_safely() {
        let letter = Letter {
            from: "portal@example.org".into(),
            to: "a@example.org".into(),
            message_id: "1@example.org".into(),
            at: DateTime::from_timestamp(1_600_000_000, 0).unwrap(),
            lang: "zh-CN",
            subject: "请确认\r\nBcc: x@example.org".into(),
            text: "正文".into(),
            html: "<p>正文</p>".into(),
            unsubscribe: None,
        };
        let text = String::from_utf8(compose(&letter).unwrap().formatted()).unwrap();
        assert!(!text.contains("\r\nBcc:"));
        assert!(text.contains("Auto-Submitted: auto-generated"));
        assert!(text.contains("Message-ID: <1@example.org>"));
        assert!(text.contains("=?utf-8?b?"));
    }
}
