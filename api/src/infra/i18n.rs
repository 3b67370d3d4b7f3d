//! Catalogues of messages: choose a language, look a word up, fill it.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use crate::kernel::call::Lang;

static_loader! {
    static WORDS = {
        locales: "./locales",
        fallback_language: "zh-CN",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ZH: LanguageIdentifier = langid!("zh-CN");
const EN: LanguageIdentifier = langid!("en");

/// The message of `key` in `lang`, filled with `args`; the key itself when no catalogue has it.
pub fn text<K: AsRef<str>, V: AsRef<str>>(lang: Lang, key: &str, args: &[(K, V)]) -> String {
    let id = match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    };
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> = args
        .iter()
        .map(|(name, value)| (Cow::Owned(name.as_ref().to_owned()), FluentValue::from(value.as_ref().to_owned())))
        .collect();
    WORDS.try_lookup_complete(id, key, Some(&values)).unwrap_or_else(|| key.to_owned())
}

/// The catalogue key of a stable code: dots and underscores become dashes.
#[must_use]
pub fn key_of(code: &str) -> String {
    code.replace(['.', '_'], "-")
}

/// The message of a stable code.
pub fn message<K: AsRef<str>, V: AsRef<str>>(lang: Lang, code: &str, args: &[(K, V)]) -> String {
    text(lang, &key_of(code), args)
}

/// Whether both catalogues hold a message for `key`.
#[must_use]
pub fn has(lang: Lang, key: &str) -> bool {
    let id = match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    };
    WORDS.try_lookup(id, key).is_some()
}
