//! The first administrator of an installation, made at the console of the server.

use serde_json::json;
use twinning_entity::account::AccountStatus;
use twinning_entity::account_link::LinkPurpose;
use twinning_entity::invitation::{self as row, InvitationState};
use twinning_entity::provenance::Provenance;

use crate::account::ops::{self as accounts, links, normal_login};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::db;
use crate::infra::mail::is_address;
use crate::invitation::model::InvitationRule;
use crate::invitation::store;
use crate::kernel::actor::RoleCode;
use crate::kernel::call::Call;
use crate::kernel::error::Result;
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::text;
use crate::person::ops::NewPerson;
use crate::{organisation, person};

/// Lock under which first administrators are made.
const FIRST_LOCK: i64 = 7_004;

/// Makes the first administrator of a kind and gives the path of a one-time link that works for 30 minutes; nobody is
/// written to (`reliability.md` A-06). Commands alone call it.
///
/// # Errors
/// [`InvitationRule::NotByInvitation`] when there is one already; [`InvitationRule::LoginTaken`]; refusals of the input.
pub async fn first_administrator(app: &App, email: &str, name: &str, role: RoleCode) -> Result<String> {
    let call = Call::system("admin create");
    let email = normal_login(email);
    let mut faults = Faults::default();
    if !is_address(&email) {
        faults.add(FieldFault::new("email", "field.email"));
    }
    let name = faults.take(text::line("name", name, 60)).unwrap_or_default();
    faults.finish()?;
    app.write(&call, async |tx| {
        db::queue_up(tx, FIRST_LOCK).await?;
        if accounts::any_with(tx, role, app.today()).await? {
            return Err(InvitationRule::NotByInvitation.into());
        }
        // A second link takes the place of one that nobody opened, also when its time is over, else two would become the
        // first, or its address could never be used.
        for before in store::untaken_with_role(tx, role).await? {
            if accounts::row_of(tx, before.account_id).await?.status != AccountStatus::Invited {
                continue;
            }
            store::close_of(tx, before.account_id, app.now()).await?;
            links::end_all(tx, app, before.account_id).await?;
            accounts::retire(tx, app, before.account_id).await?;
        }
        if accounts::find_by_login(tx, &email).await?.is_some() {
            return Err(InvitationRule::LoginTaken.into());
        }
        let organisation = organisation::ops::operator(tx, app, &call).await?;
        let made = NewPerson {
            name: name.clone(),
            phone: None,
            gender: None,
            organisation: Some(organisation),
            is_synthetic: false,
            provenance: Provenance::Entered,
            import: None,
        };
        let (person, _) = person::ops::ensure_in(tx, app, &made).await?;
        let new = accounts::NewAccount {
            person,
            login: email.clone(),
            password_hash: None,
            language: "zh-CN".to_owned(),
            is_demo: false,
        };
        let account = accounts::create_in(tx, app, new).await?;
        let now = app.now();
        let life = chrono::Duration::minutes(30);
        let invitation = row::Model {
            id: app.new_id(),
            account_id: account,
            person_id: person,
            organisation_id: organisation,
            role: Some(role),
            post: None,
            class_id: None,
            identity_check: "made at the console of the server".to_owned(),
            state: InvitationState::Open,
            invited_by: None,
            sent: 0,
            version: 1,
            created_at: now,
            expires_at: now + life,
            closed_at: None,
        };
        store::add(tx, invitation.clone()).await?;
        let account = accounts::row_of(tx, account).await?;
        let token = links::make_for(tx, app, &account, LinkPurpose::Invitation, None, life).await?;
        let about = About::new("invitation", invitation.id);
        audit::note(tx, app, &call, "admin.create", about, json!({ "role": role })).await?;
        Ok(format!("/invitation/{token}"))
    })
    .await
}
