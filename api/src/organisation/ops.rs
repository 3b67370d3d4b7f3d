//! What can be done with organisations.

mod acts;
mod export;
mod imports;
mod names;
mod reads;
mod search;
mod tree;

pub use acts::{create, edit, fill_keys};
pub use export::export;
pub use imports::{Before, Entry, bring_in, bring_up, operator, put_back, take_back};
pub use names::{OrgName, by_code, directory, name_of, names, names_in};
pub use reads::{list, show, show_by_code};
pub use search::{every_id, hit_texts, index_doc};
pub use tree::{abolish, merge, move_below, rename, reorder, split};
