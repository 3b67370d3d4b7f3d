//! Words of the portal: Fluent catalogues, one file for each feature and language.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use twinning_api::kernel::call::Lang;

static_loader! {
    static WORDS = {
        locales: "./locales",
        fallback_language: "zh-CN",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ZH: LanguageIdentifier = langid!("zh-CN");
const EN: LanguageIdentifier = langid!("en");

/// The words of a key; none when no catalogue has it.
#[must_use]
pub fn find(lang: Lang, key: &str, args: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> Option<String> {
    let id = match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    };
    WORDS.try_lookup_complete(id, key, Some(args))
}

/// The words of a key without values.
#[must_use]
pub fn plain(lang: Lang, key: &str) -> String {
    find(lang, key, &HashMap::new()).unwrap_or_else(|| key.to_owned())
}

/// Cooperation areas with their English words (`domain.md` 1.3, 2.7); other areas stay as they were written.
const AREAS: [(&str, &str); 6] = [
    ("基层党建", "grassroots party building"),
    ("社区治理", "community governance"),
    ("社区服务", "community services"),
    ("文化活动", "cultural activities"),
    ("志愿服务", "volunteer service"),
    ("健全机制", "sound mechanisms"),
];

/// A cooperation area in a language.
#[must_use]
pub fn area(lang: Lang, area: &str) -> String {
    let english = AREAS.iter().find(|(chinese, _)| *chinese == area).filter(|_| lang == Lang::En);
    english.map_or(area, |(_, english)| english).to_owned()
}

/// Several names in a row, as a sentence lists them.
#[must_use]
pub fn listed(lang: Lang, names: &[String]) -> String {
    names.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

/// A text as the helper `safe` takes it: escaped, so that nothing in it is markup.
#[must_use]
pub fn escaped(text: &str) -> String {
    handlebars::html_escape(text)
}
