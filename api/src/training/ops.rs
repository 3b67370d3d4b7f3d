//! What can be done with classes.

mod imports;
mod reads;
mod roster;

pub use imports::{
    LessonEntry, Member, NewClass, NewMaterial, RosterEntry, add_material_in, add_quota_in, bring_in_lesson,
    bring_in_member, create_in, members, take_back_course_if_free, take_back_lesson, take_back_member,
    take_back_quotas, taken,
};
pub use reads::{
    by_no, city_of, elsewhere, enrolled_count, every_id, facts, hit_texts, index_doc, lessons, list, material_scope,
    materials, may_take_file, may_take_materials, places, quotas, roster, show,
};
pub(crate) use roster::{enrolments_of, roster_workbook};
pub use roster::{is_enrolled, may_export_roster, organiser};
