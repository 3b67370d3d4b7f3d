//! The outbox: rendering letters, handing them over, digests, and what an administrator sees of it.

use std::sync::Mutex;

use base64::Engine as _;
use chrono::Timelike as _;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use twinning_entity::ids::{AccountId, MailId, OrganisationId};
use twinning_entity::inbox_message::Mailing;
use twinning_entity::outbox_mail::{self as mail, MailState};

use super::{Post, STANDARD, put_in_outbox, sealed_under, words};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::i18n;
use crate::infra::mail::transport::CONNECTIONS;
use crate::infra::mail::{Handed, Letter, compose};
use crate::kernel::call::{Call, Lang};
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::text::masked_address;
use crate::letter::model::{self, LetterRule};
use crate::letter::policy::LetterAct;
use crate::letter::wire::{MailBody, MailFilter};
use crate::letter::{calendar, store};

/// Hour of the day, in the default zone, from which digests go out.
const DIGEST_HOUR: u32 = 8;
/// Lines of a digest; the inbox has the rest.
const DIGEST_LINES: usize = 50;
/// Kind of the letter that holds several messages.
const DIGEST: &str = "digest";

/// Whose turn it was last; a restart begins anew, which harms nobody.
static TURN: Mutex<Option<OrganisationId>> = Mutex::new(None);

/// Hands over every letter that is due, at most [`CONNECTIONS`] at once, and gives how many were tried.
///
/// # Errors
/// The engine's error; what a mail server refuses is noted in the letter.
pub async fn send_due(app: &App) -> Result<u32> {
    let mut under_way = FuturesUnordered::new();
    let mut tried = 0;
    loop {
        while under_way.len() < CONNECTIONS && !app.is_draining() {
            let last = *TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let Some(letter) = store::claim(app, last).await? else { break };
            *TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = letter.organisation_id;
            // A task of its own: a claim must not wait for a transaction that nobody drives on.
            under_way.push(actix_web::rt::spawn(hand_over(app.clone(), letter)));
        }
        match under_way.next().await {
            Some(outcome) => outcome.map_err(Error::internal)??,
            None => return Ok(tried),
        }
        tried += 1;
    }
}

async fn hand_over(app: App, letter: mail::Model) -> Result<()> {
    let app = &app;
    let handed = match rendered(app, &letter) {
        Ok(written) => {
            let message = compose(&written)?;
            app.mail.hand_over(&letter.id.to_string(), &message).await
        }
        Err(error) => {
            tracing::error!(mail = %letter.id, ?error, "a letter cannot be written");
            Handed::Refused("the letter cannot be written".to_owned())
        }
    };
    let now = app.now();
    match handed {
        Handed::Over => store::close(app, &letter, MailState::Sent, now, None).await,
        Handed::Refused(why) => {
            tracing::warn!(mail = %letter.id, why, "a letter was refused");
            store::close(app, &letter, MailState::Dead, now, Some(why)).await
        }
        Handed::Later(why) => {
            let noise = letter.id.0.as_bytes().last().copied().unwrap_or_default();
            let base = app.settings.outbox_retry_ms;
            match model::next_try(base, letter.attempts, noise, now, letter.created_at) {
                Some(at) => store::close(app, &letter, MailState::Queued, at, Some(why)).await,
                None => store::close(app, &letter, MailState::Dead, now, Some(why)).await,
            }
        }
    }
}

/// The letter in the reader's language, as text and as HTML.
fn rendered(app: &App, letter: &mail::Model) -> Result<Letter> {
    let lang = Lang::from_tag(&letter.language);
    let data = match letter.data.get("sealed").and_then(Value::as_str) {
        Some(sealed) => {
            let bytes = STANDARD.decode(sealed).map_err(Error::internal)?;
            serde_json::from_str(&app.keys.open(&sealed_under(&letter.dedupe_key), &bytes)?)?
        }
        None => letter.data.clone(),
    };
    let part = |name: &str| data.get(name).cloned().unwrap_or_default();
    let (subject, mut said) = words(lang, &letter.kind, &part("values"));
    for line in part("lines").as_array().into_iter().flatten() {
        let kind = line.get("kind").and_then(Value::as_str).unwrap_or_default();
        let (subject, _) = words(lang, kind, line.get("values").unwrap_or(&Value::Null));
        said.push_str("\n- ");
        said.push_str(&subject);
    }
    let prefix = if lang == Lang::En { "/en" } else { "" };
    let absolute = |url: &str| format!("{}{prefix}{url}", app.settings.public_url);
    let link = data.get("url").and_then(Value::as_str).map(absolute);
    let word = |key: &str| i18n::text::<&str, &str>(lang, key, &[]);
    let site = word("letter-site");
    let footer = if letter.kind == DIGEST { word("letter-footer-digest") } else { word("letter-footer") };
    let mut text = said.clone();
    if let Some(link) = &link {
        text.push_str(&format!("\n\n{link}"));
    }
    text.push_str(&format!("\n\n--\n{site}\n{footer}\n"));
    Ok(Letter {
        from: app.settings.mail_from.clone(),
        to: letter.to_address.clone(),
        message_id: letter.message_id.clone(),
        at: letter.created_at,
        lang: lang.tag(),
        subject: format!("{subject} | {site}"),
        html: html(lang, &said, link.as_deref(), &word("letter-open"), &site, &footer),
        text,
        unsubscribe: (letter.kind == DIGEST).then(|| absolute("/me/messages")),
    })
}

/// A plain page of inline styles, which mail programs show; every value escaped (`reliability.md` O-03).
fn html(lang: Lang, said: &str, link: Option<&str>, open: &str, site: &str, footer: &str) -> String {
    let escaped = handlebars::html_escape;
    let paragraphs: String =
        said.split('\n').map(|line| format!("<p style=\"margin:0 0 8px\">{}</p>", escaped(line))).collect();
    let button = link.map_or_else(String::new, |link| {
        let link = escaped(link);
        format!(
            "<p style=\"margin:16px 0\"><a href=\"{link}\" style=\"background:#9B1B1E;color:#fff;padding:10px 16px;\
             text-decoration:none\">{}</a></p><p style=\"font-size:12px;color:#555;word-break:break-all\">{link}</p>",
            escaped(open)
        )
    });
    format!(
        "<!doctype html><html lang=\"{}\"><body style=\"font-family:sans-serif;font-size:15px;line-height:1.7;\
         color:#222\">{paragraphs}{button}<hr style=\"border:0;border-top:1px solid #ddd\"><p style=\"font-size:12px;\
         color:#555\">{}<br>{}</p></body></html>",
        lang.tag(),
        escaped(site),
        escaped(footer)
    )
}

/// Writes the digests that are due: each working day, and on the first working day of a week, from eight in the
/// morning on. What was read in the portal since is not mailed any more.
///
/// # Errors
/// The engine's error.
pub async fn write_digests(app: &App) -> Result<u32> {
    let here = app.now().with_timezone(&shanghai());
    let today = app.today();
    if here.hour() < DIGEST_HOUR || !calendar::is_working(app.reader(), today).await? {
        return Ok(0);
    }
    let mut written = write_digest(app, Mailing::Daily, today).await?;
    if calendar::begins_week(app.reader(), today).await? {
        written += write_digest(app, Mailing::Weekly, today).await?;
    }
    Ok(written)
}

async fn write_digest(app: &App, mailing: Mailing, today: chrono::NaiveDate) -> Result<u32> {
    let mut written = 0;
    for account in store::waiting_readers(app.reader(), mailing).await? {
        let call = Call::system("digest");
        let one = app.write(&call, async |tx| digest_for(tx, app, account, mailing, today).await).await?;
        written += u32::from(one);
    }
    Ok(written)
}

async fn digest_for(
    tx: &impl sea_orm::ConnectionTrait,
    app: &App,
    account: AccountId,
    mailing: Mailing,
    today: chrono::NaiveDate,
) -> Result<bool> {
    // One digest a day: what was written since the last one waits for the next.
    if store::has_mail(tx, &digest_key(account, mailing, today)).await? {
        return Ok(false);
    }
    let waiting = store::waiting(tx, account, mailing).await?;
    let reader = store::reader(tx, account).await?;
    let fresh: Vec<_> = waiting.iter().filter(|one| one.read_at.is_none()).collect();
    let ids = waiting.iter().map(|one| one.id).collect();
    let (Some(reader), false) = (reader, fresh.is_empty()) else {
        store::settle(tx, ids, Mailing::None).await?;
        return Ok(false);
    };
    let lines: Vec<Value> =
        fresh.iter().take(DIGEST_LINES).map(|one| json!({ "kind": one.kind, "values": one.data })).collect();
    let post = Post {
        to_account: Some(account),
        address: reader.login.clone(),
        lang: Lang::from_tag(&reader.language),
        kind: DIGEST,
        data: json!({ "values": { "count": fresh.len().to_string() }, "lines": lines, "url": "/me/messages" }),
        dedupe: digest_key(account, mailing, today),
        organisation: None,
    };
    put_in_outbox(tx, app, post).await?;
    store::settle(tx, ids, Mailing::Mailed).await?;
    Ok(true)
}

fn digest_key(account: AccountId, mailing: Mailing, day: chrono::NaiveDate) -> String {
    format!("digest:{account}:{}:{day}", mailing.word())
}

/// Letters on their way, the newest first; addresses masked, no content.
///
/// # Errors
/// [`Error::Denied`].
pub async fn list(app: &App, call: &Call, filter: MailFilter) -> Result<Page<MailBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor.clone(), filter.count)?;
    list_at(app, call, &filter, at).await
}

/// As [`list`], for pages that count by number.
///
/// # Errors
/// As [`list`].
pub async fn list_at(app: &App, call: &Call, filter: &MailFilter, at: PageRequest) -> Result<Page<MailBody>> {
    call.actor.may_ever(LetterAct::Outbox.who())?;
    let (rows, total) = store::mails(app.reader(), filter, &at).await?;
    Ok(Page::cut(rows, &at, total, |one| one.id).map(body))
}

fn body(found: mail::Model) -> MailBody {
    MailBody {
        id: found.id,
        kind: found.kind,
        to: masked_address(&found.to_address),
        account_id: found.to_account_id,
        state: found.state,
        attempts: found.attempts,
        next_at: found.next_at.with_timezone(&shanghai()),
        last_error: found.last_error,
        created_at: found.created_at.with_timezone(&shanghai()),
        sent_at: found.sent_at.map(|at| at.with_timezone(&shanghai())),
    }
}

/// Sends a dead letter again.
///
/// # Errors
/// [`LetterRule::NotDead`]; [`Error::NotFound`], [`Error::Denied`].
pub async fn resend(app: &App, call: &Call, id: MailId) -> Result<MailBody> {
    call.actor.may_ever(LetterAct::Outbox.who())?;
    app.write(call, async |tx| {
        let found = store::mail(tx, id).await?;
        if !store::revive(tx, id, app.now()).await? {
            return Err(LetterRule::NotDead(found.state).into());
        }
        audit::note(tx, app, call, "mail.resend", About::new("mail", id.0), json!({})).await?;
        app.mails_waiting();
        Ok(body(store::mail(tx, id).await?))
    })
    .await
}

/// How many letters wait, and how many are dead.
///
/// # Errors
/// The engine's error.
pub async fn stuck(app: &App) -> Result<(u64, u64)> {
    store::stuck(app.reader()).await
}

/// How many letters with a secret still wait that a former key sealed; they are gone within days.
///
/// # Errors
/// The engine's error.
pub(crate) async fn sealed_with_former(app: &App) -> Result<u64> {
    let waiting = store::sealed(app.reader()).await?;
    let old = |one: &&Value| {
        let text = one.get("sealed").and_then(Value::as_str).unwrap_or_default();
        STANDARD.decode(text).is_ok_and(|sealed| !app.keys.is_current(&sealed))
    };
    Ok(waiting.iter().filter(old).count() as u64)
}
