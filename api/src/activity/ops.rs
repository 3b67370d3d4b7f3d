//! What can be done with activities.

mod acts;
mod imports;
mod letters;
mod photos;
mod reads;

pub use acts::{confirm, edit, log, logged_before, return_record, submit_record};
pub use imports::{Entry, HeldBefore, Numbering, bring_in, held_before, take_back};
pub use letters::remind;
pub use photos::attach as attach_photos;
pub use reads::{
    Waiting, confirmed_count, every_id, hit_texts, index_doc, list, may_see_photo, show, show_by_no, waiting,
};
