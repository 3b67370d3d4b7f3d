//! One call of an operation: who asks, in which language, under which request id, and whether it is a repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use uuid::Uuid;

use super::actor::{Actor, RoleCode};

/// Language that people are answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language a tag names, Chinese for anything else.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("en") { Self::En } else { Self::Zh }
    }

    /// The best language for an `Accept-Language` header.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::Zh, -1.0_f32);
        for part in header.split(',').take(16) {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=").map(|q| q.parse::<f32>().unwrap_or(0.0)))
                .unwrap_or(1.0);
            let lang = match tag.get(..2) {
                Some("zh") => Self::Zh,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.1 && weight > 0.0 {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// Key under which a creating call may be repeated (`reliability.md` I-05).
#[derive(Clone, Debug)]
pub struct RepeatKey {
    /// The `Idempotency-Key` as sent, 1–128 visible ASCII characters.
    pub key: String,
    /// Method and route.
    pub route: String,
    /// SHA-256 of the body, hexadecimal.
    pub body_hash: String,
}

/// One call of an operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who asks.
    pub actor: Actor,
    /// Language of answers and letters.
    pub lang: Lang,
    /// Request id, written to the log and shown to people.
    pub request_id: String,
    /// Address of the caller, for the audit log.
    pub address: Option<String>,
    /// Sign-in the call comes from: a portal session, or a family of tokens.
    pub sign_in: Option<Uuid>,
    /// What was called, such as `POST /api/v1/appointments`, for the record of refusals.
    pub what: String,
    /// Repeat key of a creating call.
    pub repeat: Option<RepeatKey>,
    touched: Arc<AtomicBool>,
}

impl Call {
    /// A call by `actor` in `lang`.
    #[must_use]
    pub fn new(actor: Actor, lang: Lang, request_id: String) -> Self {
        Self {
            actor,
            lang,
            request_id,
            address: None,
            sign_in: None,
            what: String::new(),
            repeat: None,
            touched: Arc::default(),
        }
    }

    /// A call by the product itself, for the given reason.
    #[must_use]
    pub fn system(reason: &'static str) -> Self {
        Self::new(Actor::System(reason), Lang::Zh, format!("system:{reason}"))
    }

    /// The same call without a repeat key, for a step that has no effect of its own to repeat.
    #[must_use]
    pub fn once(&self) -> Self {
        Self { repeat: None, ..self.clone() }
    }

    /// Notes that this call changed something that search shows.
    pub fn touch_index(&self) {
        self.touched.store(true, Ordering::Relaxed);
    }

    /// Whether search has something to catch up with; asked once, after the commit.
    #[must_use]
    pub fn take_touched(&self) -> bool {
        self.touched.swap(false, Ordering::Relaxed)
    }

    /// The role named first in the audit log: the first appointment held.
    #[must_use]
    pub fn leading_role(&self) -> Option<RoleCode> {
        self.actor.appointments().first().map(|held| held.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_wins() {
        assert_eq!(Lang::accepted("en-GB,en;q=0.9"), Lang::En);
        assert_eq!(Lang::accepted("en;q=0.3, zh-TW;q=0.8"), Lang::Zh);
        assert_eq!(Lang::accepted("fr, en;q=0.1"), Lang::En);
        assert_eq!(Lang::accepted(""), Lang::Zh);
        assert_eq!(Lang::accepted("en;q=nonsense"), Lang::Zh);
    }
}
