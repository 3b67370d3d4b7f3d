//! Order by the strokes of characters (按姓氏笔画为序, `domain.md` 5.7).

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationType;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};

use crate::infra::secrets;

static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let mut wanted = CollatorPreferences::default();
    wanted.locale_preferences = (&icu_locale_core::locale!("zh")).into();
    wanted.collation_type = Some(CollationType::Stroke);
    Collator::try_new(wanted, CollatorOptions::default()).ok()
});

/// Key to sort names by: fewer strokes first, hexadecimal, never empty for a name.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let mut key = Vec::new();
    let written = COLLATOR.as_ref().is_some_and(|collator| collator.write_sort_key_to(name, &mut key).is_ok());
    // The tables are compiled in; without them code points still give one order.
    if written { secrets::hex(&key) } else { secrets::hex(name.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_strokes_come_first() {
        let mut names = ["新华区", "卫东区", "湛河区", "高新区", "丁", "王", "一", "陈", "石龙区"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["一", "丁", "卫东区", "王", "石龙区", "陈", "高新区", "湛河区", "新华区"]);
    }
}
