//! What can be done with accounts, by theme.

pub mod admin;
pub mod factor;
pub mod links;
mod making;
mod me;
pub mod password;
mod sessions;
mod sign_in;
mod sweeps;
mod tries;

pub use making::{
    NewAccount, NewAppointment, any_with, appoint_in, create_in, find_by_login, holders, logins, names, of_person,
    person_of,
};
pub(crate) use making::{actor_of, erase, me_plain, reopen, retire, row_of, rows_of};
pub use me::{choose_language, edit_me, me};
pub(crate) use sessions::member_now;
pub use sessions::{
    LiveSession, authenticated, close_session, end_all, end_sign_in, live_session, logout, refresh, renew_session,
    sign_ins,
};
pub use sign_in::{OpenedSession, SignInFrom, login, open_session};
pub use sweeps::{Idle, disable_idle, forget_old, idle, is_set_up, warn_of_idle};

/// Longest login and password taken, in characters (`reliability.md` A-02).
pub(super) const LOGIN_MAX: usize = 254;
/// See [`LOGIN_MAX`].
pub(super) const PASSWORD_MAX: usize = 128;

/// A login as it is kept: trimmed and in lower case.
#[must_use]
pub fn normal_login(text: &str) -> String {
    text.trim().to_lowercase()
}
