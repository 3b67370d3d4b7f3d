//! What can be done with letters: tell somebody, read the inbox, choose what is mailed, look after the outbox.

pub mod outbox;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, Set};
use serde_json::{Value, json};
use twinning_entity::account;
use twinning_entity::calendar_day;
use twinning_entity::ids::{AccountId, MailId, MessageId, OrganisationId};
use twinning_entity::inbox_message::{self as message, Mailing};
use twinning_entity::outbox_mail::{self as mail, MailState};

use super::model::{CHOOSABLE, Frequency, Kind};
use super::policy::LetterAct;
use super::store;
use super::wire::{CalendarDayBody, CalendarFilter, CalendarInput, MessageBody, MessageFilter, SubscriptionsBody};
use crate::app::App;
use crate::audit::{self, ops::About};
use crate::infra::i18n;
use crate::infra::mail::is_address;
use crate::kernel::call::{Call, Lang};
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};
use crate::kernel::fault::{Faults, FieldFault};
use crate::kernel::page::{Page, PageRequest};
use crate::kernel::text;

/// Values that fill the words of a message.
pub type Values = Vec<(&'static str, String)>;

/// Something that one person is told.
#[derive(Clone, Debug)]
pub struct Message {
    /// Reader.
    pub to: AccountId,
    /// Kind.
    pub kind: Kind,
    /// Values that fill its words.
    pub values: Values,
    /// Page it is about, without host and language.
    pub url: Option<String>,
    /// What it is about once: a second message of the same key is not written.
    pub dedupe: String,
    /// Organisation whose turn it is when letters wait.
    pub organisation: Option<OrganisationId>,
}

/// Tells one person, in the transaction of the cause (`reliability.md` O-01); a reader whose account is not in use is
/// not told.
///
/// # Errors
/// The engine's error.
pub async fn tell(tx: &impl ConnectionTrait, app: &App, message: Message) -> Result<()> {
    let Some(reader) = store::reader(tx, message.to).await? else { return Ok(()) };
    let frequency = chosen(&reader.mail_choices, message.kind);
    let values: BTreeMap<&str, &str> = message.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let data = serde_json::to_value(&values)?;
    let written = store::add_message(
        tx,
        message::ActiveModel {
            id: Set(app.new_id()),
            account_id: Set(reader.id),
            kind: Set(message.kind.name.to_owned()),
            data: Set(data.clone()),
            url: Set(message.url.clone()),
            dedupe_key: Set(message.dedupe.clone()),
            mailing: Set(match frequency {
                Frequency::Now => Mailing::Mailed,
                Frequency::Daily => Mailing::Daily,
                Frequency::Weekly => Mailing::Weekly,
                Frequency::Off => Mailing::None,
            }),
            created_at: Set(app.now()),
            read_at: Set(None),
        },
    )
    .await?;
    if !written || frequency != Frequency::Now {
        return Ok(());
    }
    let post = Post {
        to_account: Some(reader.id),
        address: reader.login.clone(),
        lang: Lang::from_tag(&reader.language),
        kind: message.kind.name,
        data: json!({ "values": data, "url": message.url }),
        dedupe: format!("{}:{}", reader.id, message.dedupe),
        organisation: message.organisation,
    };
    put_in_outbox(tx, app, post).await
}

/// A letter that holds a secret: it goes by mail alone and is kept sealed until it is sent.
#[derive(Clone, Debug)]
pub struct SecretLetter {
    /// Account it is for.
    pub to_account: AccountId,
    /// Address, which may not be the account's yet.
    pub address: String,
    /// Language of the reader.
    pub lang: Lang,
    /// Kind.
    pub kind: Kind,
    /// Values that fill its words.
    pub values: Values,
    /// Page with the secret.
    pub url: String,
    /// What it is about once.
    pub dedupe: String,
    /// Organisation whose turn it is when letters wait.
    pub organisation: Option<OrganisationId>,
}

/// Writes a letter with a secret, in the transaction of the cause.
///
/// # Errors
/// The engine's error.
pub async fn send_secret(tx: &impl ConnectionTrait, app: &App, letter: SecretLetter) -> Result<()> {
    let values: BTreeMap<&str, &str> = letter.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let plain = json!({ "values": values, "url": letter.url });
    let dedupe = letter.dedupe;
    let sealed = app.keys.seal(&sealed_under(&dedupe), &plain.to_string())?;
    let post = Post {
        to_account: Some(letter.to_account),
        address: letter.address,
        lang: letter.lang,
        kind: letter.kind.name,
        data: json!({ "sealed": STANDARD.encode(sealed) }),
        dedupe,
        organisation: letter.organisation,
    };
    put_in_outbox(tx, app, post).await
}

fn sealed_under(dedupe: &str) -> String {
    format!("outbox_mails/{dedupe}")
}

struct Post {
    to_account: Option<AccountId>,
    address: String,
    lang: Lang,
    kind: &'static str,
    data: Value,
    dedupe: String,
    organisation: Option<OrganisationId>,
}

async fn put_in_outbox(tx: &impl ConnectionTrait, app: &App, post: Post) -> Result<()> {
    if !is_address(&post.address) {
        return Err(Error::broken("a letter to what is no address"));
    }
    let id: MailId = app.new_id();
    let host = app.settings.public_url.split_once("://").map_or("localhost", |(_, rest)| rest);
    let host: String = host.split(['/', ':']).next().unwrap_or("localhost").to_owned();
    let now = app.now();
    store::add_mail(
        tx,
        mail::ActiveModel {
            id: Set(id),
            kind: Set(post.kind.to_owned()),
            message_id: Set(format!("{id}@{host}")),
            to_account_id: Set(post.to_account),
            to_address: Set(post.address),
            organisation_id: Set(post.organisation),
            language: Set(post.lang.tag().to_owned()),
            data: Set(post.data),
            dedupe_key: Set(post.dedupe),
            state: Set(MailState::Queued),
            attempts: Set(0),
            next_at: Set(now),
            lease_until: Set(None),
            lease_token: Set(None),
            last_error: Set(None),
            created_at: Set(now),
            sent_at: Set(None),
        },
    )
    .await?;
    app.mails_waiting();
    Ok(())
}

/// What the reader chose for a kind, or what is usual.
fn chosen(choices: &Value, kind: Kind) -> Frequency {
    let chosen = choices.get(kind.name).and_then(Value::as_str).and_then(Frequency::from_word);
    chosen.filter(|_| kind.choosable).unwrap_or(kind.usual)
}

/// The words of a message: subject and text.
#[must_use]
pub fn words(lang: Lang, kind: &str, data: &Value) -> (String, String) {
    let values: Vec<(&str, &str)> = data
        .as_object()
        .map(|values| values.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect())
        .unwrap_or_default();
    let key = i18n::key_of(kind);
    let subject = i18n::text(lang, &format!("letter-{key}-subject"), &values);
    let text = i18n::text(lang, &format!("letter-{key}-text"), &values);
    (subject, text)
}

fn body(found: message::Model, lang: Lang) -> MessageBody {
    let (subject, text) = words(lang, &found.kind, &found.data);
    MessageBody {
        id: found.id,
        kind: found.kind,
        subject,
        text,
        url: found.url,
        created_at: found.created_at.with_timezone(&shanghai()),
        read_at: found.read_at.map(|at| at.with_timezone(&shanghai())),
    }
}

/// The caller's inbox, the newest first.
///
/// # Errors
/// [`Error::Anonymous`]; a page that is none.
pub async fn inbox(app: &App, call: &Call, filter: MessageFilter) -> Result<Page<MessageBody>> {
    let at = PageRequest::asked(filter.limit, filter.cursor, filter.count)?;
    inbox_at(app, call, filter.unread.unwrap_or(false), at).await
}

/// As [`inbox`], for pages that count by number.
///
/// # Errors
/// As [`inbox`].
pub async fn inbox_at(app: &App, call: &Call, unread: bool, at: PageRequest) -> Result<Page<MessageBody>> {
    call.actor.may_ever(LetterAct::Inbox.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    let (rows, total) = store::messages(app.reader(), account, unread, &at).await?;
    Ok(Page::cut(rows, &at, total, |one| one.id).map(|one| body(one, call.lang)))
}

/// How many messages the caller has not read.
///
/// # Errors
/// The engine's error.
pub async fn unread(app: &App, call: &Call) -> Result<u64> {
    match call.actor.account() {
        Some(account) => store::unread(app.reader(), account).await,
        None => Ok(0),
    }
}

/// Marks a message of the caller as read.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn read(app: &App, call: &Call, id: MessageId) -> Result<MessageBody> {
    call.actor.may_ever(LetterAct::Inbox.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    app.write(call, async |tx| {
        store::message(tx, account, id).await?;
        store::mark_read(tx, account, Some(id), app.now()).await?;
        Ok(body(store::message(tx, account, id).await?, call.lang))
    })
    .await
}

/// Marks everything in the caller's inbox as read.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn read_all(app: &App, call: &Call) -> Result<()> {
    call.actor.may_ever(LetterAct::Inbox.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    app.write(call, async |tx| store::mark_read(tx, account, None, app.now()).await).await
}

/// What the caller is told by mail.
///
/// # Errors
/// [`Error::Anonymous`].
pub async fn subscriptions(app: &App, call: &Call) -> Result<SubscriptionsBody> {
    call.actor.may_ever(LetterAct::Inbox.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    let reader = store::reader(app.reader(), account).await?.ok_or(Error::Anonymous)?;
    Ok(choices(&reader))
}

fn choices(reader: &account::Model) -> SubscriptionsBody {
    SubscriptionsBody {
        mail: CHOOSABLE.iter().map(|kind| (kind.name.to_owned(), chosen(&reader.mail_choices, *kind))).collect(),
    }
}

/// Chooses what the caller is told by mail; kinds that are not named keep their choice.
///
/// # Errors
/// [`Error::Invalid`] for a kind that is none to choose.
pub async fn subscribe(app: &App, call: &Call, wanted: SubscriptionsBody) -> Result<SubscriptionsBody> {
    call.actor.may_ever(LetterAct::Inbox.who())?;
    let account = call.actor.account().ok_or(Error::Anonymous)?;
    let mut faults = Faults::default();
    for name in wanted.mail.keys() {
        if !CHOOSABLE.iter().any(|kind| kind.name == name) {
            faults
                .add(FieldFault::new(&format!("mail/{}", name.replace('~', "~0").replace('/', "~1")), "field.unknown"));
        }
    }
    faults.finish()?;
    app.write(call, async |tx| {
        let reader = store::reader(tx, account).await?.ok_or(Error::Anonymous)?;
        let mut kept = choices(&reader).mail;
        kept.extend(wanted.mail.clone());
        let kept = serde_json::to_value(&kept)?;
        store::put_choices(tx, account, kept.clone()).await?;
        audit::note(tx, app, call, "subscription.choose", About::new("account", account), json!({})).await?;
        Ok(choices(&account::Model { mail_choices: kept, ..reader }))
    })
    .await
}

/// Days of a year that are not as the week says.
///
/// # Errors
/// [`Error::Denied`]; a year outside 1900–2200.
pub async fn calendar(app: &App, call: &Call, filter: &CalendarFilter) -> Result<Page<CalendarDayBody>> {
    call.actor.may_ever(LetterAct::Calendar.who())?;
    let day =
        |month, day| NaiveDate::from_ymd_opt(filter.year, month, day).filter(|_| (1900..=2200).contains(&filter.year));
    let (Some(from), Some(to)) = (day(1, 1), day(12, 31)) else { return Err(Error::field("year", "field.range")) };
    let days = store::calendar(app.reader(), from, to).await?;
    let days =
        days.into_iter().map(|one| CalendarDayBody { day: one.day, working: one.working, name: one.name }).collect();
    Ok(Page { items: days, next_cursor: None, total: None })
}

/// Sets days of the calendar.
///
/// # Errors
/// [`Error::Denied`]; [`Error::Invalid`].
pub async fn set_calendar(app: &App, call: &Call, input: CalendarInput) -> Result<u64> {
    call.actor.may_ever(LetterAct::Calendar.who())?;
    let mut faults = Faults::default();
    if input.days.len() > 400 {
        faults.add(FieldFault::new("days", "field.count"));
    }
    let mut days = Vec::new();
    for (at, one) in input.days.into_iter().take(400).enumerate() {
        let name = faults.take(text::optional_line(&format!("days/{at}/name"), one.name.as_deref(), 60)).flatten();
        if !crate::kernel::clock::is_ordinary(one.day) {
            faults.add(FieldFault::new(&format!("days/{at}/day"), "field.range"));
        }
        days.push(calendar_day::Model { day: one.day, working: one.working, name });
    }
    faults.finish()?;
    app.write(call, async |tx| {
        for day in &days {
            store::put_day(tx, day.clone()).await?;
        }
        let detail = json!({ "days": days.len() });
        audit::ops::write(tx, app, call, "calendar.set", None, "done", detail).await?;
        Ok(days.len() as u64)
    })
    .await
}
