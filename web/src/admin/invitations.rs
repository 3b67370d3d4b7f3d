//! Invitations: who was invited, and inviting somebody.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use twinning_api::account_words::InvitationState;
use twinning_api::invitation::ops;
use twinning_api::invitation::wire::{InvitationFilter, NewInvitation};
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::page::PageRequest;
use twinning_api::{App, Error, RoleCode};

use super::{Head, Link, RowForm, answer, id, known, list, page_of};
use crate::organisation::{self, named};
use crate::shell::csrf::Protected;
use crate::shell::desk::{Act, Cell, Filter, Menu, ROWS, Row, Table, menu, refused};
use crate::shell::{Page, PageFault, Visitor, words};

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    page: Option<u64>,
}

pub(super) async fn index(app: Data<App>, visitor: Visitor, asked: Query<Asked>) -> Result<HttpResponse, PageFault> {
    index_page(&app, &visitor, &asked, None).await
}

async fn index_page(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    fault: Option<String>,
) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    let page = page_of(asked.page);
    let filter = InvitationFilter { state: InvitationState::from_word(&asked.state), ..InvitationFilter::default() };
    let found = ops::list_at(app, &visitor.call, &filter, PageRequest::numbered(page, ROWS)).await?;
    let rows = found.items.into_iter().map(|one| {
        let acts = one.allowed_actions.iter().map(|act| Act {
            path: format!("/admin/invitations/{}/{act}", one.id),
            label: if act == "resend" { "invitation-resend" } else { "invitation-revoke" },
            reason: None,
            version: one.version,
            fetch: false,
        });
        Row {
            acts: acts.collect(),
            head: Cell::link(one.name, format!("/admin/users/{}", one.account_id)).below(one.email),
            cells: vec![
                Cell::text(one.organisation_name),
                one.role.map_or_else(Cell::default, |role| Cell::word("role", role.word())),
                Cell::state("invitation", one.state.word()),
                Cell::instant(Some(one.expires_at)),
            ],
        }
    });
    let states: Vec<&str> = InvitationState::ALL.iter().map(|one| one.word()).collect();
    let filters = vec![Filter::choice("state", "col-state", &asked.state, "status-invitation", &states)];
    let columns = ["person-name", "org-word", "role-word", "col-state", "col-until"];
    let table = Table::new(&columns, rows.collect(), found.total.unwrap_or(0), page, filters);
    let head = Head {
        path: "/admin/invitations",
        heading: "menu-invitations",
        lead: Some("invitations-lead"),
        links: vec![Link { path: "/admin/invitations/new".to_owned(), label: "invitation-new", main: true }],
    };
    list(app, visitor, head, table, fault).await
}

pub(super) async fn act(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Protected<RowForm>,
) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let (one, act) = path.into_inner();
    let done = match act.as_str() {
        "resend" => ops::resend(&app, &visitor.call, id(&one)?, form.seen).await,
        "revoke" => ops::revoke(&app, &visitor.call, id(&one)?, form.seen).await,
        _ => Err(Error::NotFound("page")),
    };
    match done {
        Ok(_) => {
            let flash = if act == "resend" { "invitation-sent" } else { "invitation-revoked" };
            Ok(visitor.done("/admin/invitations", flash))
        }
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            index_page(&app, &visitor, &Asked::default(), Some(fault)).await
        }
    }
}

/// The form of an invitation, as it was filled in.
#[derive(Serialize)]
pub struct New {
    menu: Menu,
    form: Form,
    roles: Vec<&'static str>,
    offered: Vec<String>,
    fault: Option<String>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    post: String,
    #[serde(default)]
    identity_check: String,
    #[serde(default)]
    language: String,
}

impl Page for New {
    const TEMPLATE: &'static str = "admin/invite";
    const NAV: &'static str = "w";

    fn title(&self, lang: Lang) -> String {
        let title = words::plain(lang, "invitation-new");
        if self.fault.is_some() { format!("{}{title}", words::plain(lang, "error-prefix")) } else { title }
    }
}

/// Roles that come with an invitation; trainees and teachers belong to a class, administrators take two persons.
const ROLES: &[RoleCode] = &[
    RoleCode::BranchAdmin,
    RoleCode::StreetReviewer,
    RoleCode::OrgDeptDistrict,
    RoleCode::OrgDeptCity,
    RoleCode::ReviewerFirst,
    RoleCode::ReviewerSecond,
    RoleCode::ReviewerFinal,
];

async fn form_page(app: &App, visitor: &Visitor, form: Form, fault: Option<String>) -> Result<HttpResponse, PageFault> {
    known(visitor)?;
    visitor.call.actor.may_ever(twinning_api::invitation::policy::InvitationAct::Invite.who())?;
    let page = New {
        menu: menu(app, visitor, "/admin/invitations").await?,
        roles: ROLES.iter().map(|role| role.word()).collect(),
        offered: organisation::own(app, visitor).await?,
        form,
        fault,
    };
    visitor.page_with(answer(&page.fault), &page)
}

pub(super) async fn new_form(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, PageFault> {
    form_page(&app, &visitor, Form { language: visitor.call.lang.tag().to_owned(), ..Form::default() }, None).await
}

pub(super) async fn send(app: Data<App>, form: Protected<Form>) -> Result<HttpResponse, PageFault> {
    let Protected { form, visitor } = form;
    let Some(place) = named(&app, &visitor, &form.organisation).await? else {
        let fault = words::plain(visitor.call.lang, "org-not-found");
        return form_page(&app, &visitor, form, Some(fault)).await;
    };
    let role = ROLES.iter().copied().find(|role| role.word() == form.role);
    if role.is_none() && !form.role.is_empty() {
        let fault = words::plain(visitor.call.lang, "role-not-here");
        return form_page(&app, &visitor, form, Some(fault)).await;
    }
    let some = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
    let new = NewInvitation {
        email: form.email.clone(),
        name: some(&form.name),
        person_id: None,
        organisation_id: place,
        role,
        post: some(&form.post),
        class_id: None,
        identity_check: form.identity_check.clone(),
        language: some(&form.language),
    };
    match ops::invite(&app, &visitor.call, new).await {
        Ok(_) => Ok(visitor.done("/admin/invitations", "invitation-sent")),
        Err(error) => {
            let fault = refused(&app, &visitor, error).await?;
            form_page(&app, &visitor, form, Some(fault)).await
        }
    }
}
