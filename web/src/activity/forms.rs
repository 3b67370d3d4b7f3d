//! The form in which an activity is logged, with its photos.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use fluent_templates::fluent_bundle::FluentValue;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use twinning_api::activity::wire::{ActivityDetail, ActivityInput, PhotoInput};
use twinning_api::activity_words::ActivityKind;
use twinning_api::file::model::FileRule;
use twinning_api::file::rest::{sent_name, short_text};
use twinning_api::ids::PairingId;
use twinning_api::infra::i18n;
use twinning_api::kernel::call::Lang;
use twinning_api::kernel::fault::FieldFault;
use twinning_api::rest::problem::sentence;
use twinning_api::{App, Error, FileKind};

use crate::shell::{PageFault, Visitor, csrf, words};

/// Parts of a form and photos among them that are read (`reliability.md` I-02).
const PARTS_MAX: usize = 50;
const PHOTOS_MAX: usize = 20;

/// What was typed, kept word for word for showing it again.
#[derive(Debug, Default, Serialize)]
pub struct LogForm {
    /// Fields by name.
    pub fields: BTreeMap<String, String>,
    /// Photos that are uploaded already.
    pub photos: Vec<String>,
    /// What is wrong, by field.
    pub faults: Vec<ShownFault>,
}

/// A fault beside its field.
#[derive(Debug, Serialize)]
pub struct ShownFault {
    /// Field.
    pub field: String,
    /// Sentence.
    pub message: String,
    /// Whether the field was left empty.
    pub missing: bool,
}

impl ShownFault {
    /// A fault beside a field; the code tells whether the field was left empty.
    #[must_use]
    pub fn new(field: &str, code: &str, message: String) -> Self {
        Self { field: field.to_owned(), message, missing: code == "field.required" }
    }

    /// A field of the form that was left empty is named: 请填写活动名称, not 请填写此项.
    pub fn say_what_is_missing(&mut self, lang: Lang, side_a: Option<&str>, side_b: Option<&str>) {
        if !self.missing {
            return;
        }
        let side = match self.field.as_str() {
            "attended_a" => side_a,
            "attended_b" => side_b,
            _ => None,
        };
        let args = side.map(|name| ("side".into(), FluentValue::from(name.to_owned()))).into_iter().collect();
        let key = if side.is_some() { "need-attended".to_owned() } else { format!("need-{}", self.field) };
        if let Some(said) = words::find(lang, &key, &args) {
            self.message = said;
        }
    }
}

impl LogForm {
    /// The form as it would have been typed for a record.
    #[must_use]
    pub fn of(activity: &ActivityDetail) -> Self {
        let clock = |at: Option<chrono::DateTime<chrono::FixedOffset>>| {
            at.map(|at| at.format("%H:%M").to_string()).unwrap_or_default()
        };
        let number = |count: Option<i32>| count.map(|count| count.to_string()).unwrap_or_default();
        let tick = |on: bool| if on { "yes".to_owned() } else { String::new() };
        let record = &activity.record;
        let pairing = activity.pairings.first().map(|one| one.id.to_string()).unwrap_or_default();
        let fields = [
            ("pairing_id", pairing),
            ("kind", activity.line.kind.word().to_owned()),
            ("title", activity.line.title.clone()),
            ("held_on", activity.line.held_on.to_string()),
            ("start_time", clock(activity.line.starts_at)),
            ("end_time", clock(activity.ends_at)),
            ("place", activity.line.place.clone().unwrap_or_default()),
            ("online", tick(activity.line.online)),
            ("attended_a", number(record.attended_a)),
            ("attended_b", number(record.attended_b)),
            ("summary", record.summary.clone().unwrap_or_default()),
            ("photo_consent", tick(!activity.photo_list.is_empty())),
        ];
        // The address of a photo's bytes ends with its file: …/files/{id}/content.
        let photos = activity.photo_list.iter().filter_map(|one| one.url.split('/').nth_back(1)).map(ToOwned::to_owned);
        Self {
            fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            photos: photos.collect(),
            faults: Vec::new(),
        }
    }

    /// Reads a form as it arrives; photos are stored at once, so that they need not be sent again.
    ///
    /// # Errors
    /// What cannot be read at all; a form that is not ours, before anything of it is kept; a photo that is refused is
    /// a fault of the form.
    pub async fn read(
        app: &App,
        visitor: &Visitor,
        request: &HttpRequest,
        mut form: Multipart,
    ) -> Result<Self, PageFault> {
        let bad = || PageFault::from(Error::from(FileRule::BadForm));
        let call = &visitor.call;
        let mut read = Self::default();
        let mut parts = 0;
        while let Some(field) = form.next().await {
            let mut field = field.map_err(|_| bad())?;
            let name = field.name().unwrap_or_default().to_owned();
            parts += 1;
            if parts > PARTS_MAX || read.photos.len() > PHOTOS_MAX {
                return Err(bad());
            }
            match name.as_str() {
                "csrf_token" => {
                    let token = short_text(&mut field).await?;
                    csrf::check(request, visitor, &token)?;
                    read.fields.insert(name, token);
                }
                // The token stands first in our own forms; nothing is kept of others.
                _ if !read.fields.contains_key("csrf_token") => return Err(bad()),
                "photo" => {
                    let file = sent_name(&field);
                    if file.is_empty() {
                        continue;
                    }
                    let bytes = field.map_err(|error| std::io::Error::other(error.to_string()));
                    let call = call.once();
                    match twinning_api::file::ops::upload(app, &call, FileKind::Photo, &file, bytes).await {
                        Ok(stored) => read.photos.push(stored.id.to_string()),
                        Err(Error::Refused(rule)) => {
                            let message = match rule.code() {
                                "file.too_large" => words::plain(call.lang, "photo-too-large"),
                                "file.unsupported_type" | "file.type_mismatch" | "file.bad_picture" => {
                                    words::plain(call.lang, "photo-not-picture")
                                }
                                _ => sentence(&Error::Refused(rule), call.lang),
                            };
                            read.faults.push(ShownFault::new("photo", "", message));
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                "kept_photo" => read.photos.push(short_text(&mut field).await?),
                _ => {
                    let text = short_text(&mut field).await?;
                    read.fields.insert(name, text);
                }
            }
        }
        Ok(read)
    }

    /// A field as typed.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.trim())
    }

    /// The input both mouths share; faults of form are noted beside their fields.
    pub fn input(&mut self, lang: Lang) -> Option<ActivityInput> {
        let pairing = uuid::Uuid::try_parse(self.text("pairing_id")).ok();
        let kind = ActivityKind::from_word(self.text("kind"));
        let held_on = self.text("held_on").parse().ok();
        let time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").ok();
        let (start_time, end_time) = (time(self.text("start_time")), time(self.text("end_time")));
        let mut missing = Vec::new();
        for (field, there) in [
            ("pairing_id", pairing.is_some()),
            ("kind", kind.is_some()),
            ("held_on", held_on.is_some()),
            ("start_time", start_time.is_some()),
            ("title", !self.text("title").is_empty()),
            ("place", !self.text("place").is_empty() || self.text("online") == "yes"),
            ("summary", !self.text("summary").is_empty() || !self.photos.is_empty()),
            ("photo_consent", self.photos.is_empty() || self.text("photo_consent") == "yes"),
        ] {
            if !there {
                missing.push(field);
            }
        }
        let mut counts = Vec::new();
        for field in ["attended_a", "attended_b"] {
            let text = self.text(field);
            let count = text.parse::<i32>().ok();
            if count.is_none() {
                missing.push(field);
            }
            counts.push(count);
        }
        if self.text("secrecy") != "yes" {
            missing.push("secrecy");
        }
        for field in missing {
            let message = i18n::message::<&str, &str>(lang, "field.required", &[]);
            self.faults.push(ShownFault::new(field, "field.required", message));
        }
        let photos = self
            .photos
            .iter()
            .filter_map(|id| uuid::Uuid::try_parse(id).ok())
            .map(|id| PhotoInput { file_id: id.into(), alt: None, caption: None })
            .collect();
        let optional = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Some(ActivityInput {
            pairing_id: PairingId(pairing?),
            kind: kind?,
            title: self.text("title").to_owned(),
            held_on: held_on?,
            start_time,
            end_time,
            place: optional(self.text("place")),
            online: self.text("online") == "yes",
            attended_a: counts.first().copied().flatten(),
            attended_b: counts.last().copied().flatten(),
            guests: None,
            served_people: None,
            volunteers: None,
            volunteer_minutes: None,
            summary: optional(self.text("summary")),
            decisions: None,
            photo_consent: self.text("photo_consent") == "yes",
            photos,
        })
    }

    /// Notes what the record itself would be refused for, so that all is told at once and not piece by piece.
    pub fn note_rest(&mut self, input: Option<&ActivityInput>, now: chrono::DateTime<chrono::Utc>, lang: Lang) {
        let Some(input) = input.filter(|_| !self.faults.is_empty()) else { return };
        if let Err(Error::Invalid(faults)) = twinning_api::activity::model::Draft::parse(input.clone(), now) {
            let noted: Vec<String> = self.faults.iter().map(|fault| fault.field.clone()).collect();
            let more: Vec<FieldFault> =
                faults.into_iter().filter(|fault| !noted.iter().any(|field| field == fault.field())).collect();
            self.note(&more, lang);
        }
    }

    /// Notes why the operation refused the record.
    ///
    /// # Errors
    /// What is no fault of the form.
    pub fn refused(&mut self, error: Error, lang: Lang) -> Result<(), PageFault> {
        match error {
            Error::Invalid(faults) => self.note(&faults, lang),
            Error::Refused(rule) => {
                let message = sentence(&Error::Refused(rule), lang);
                self.faults.push(ShownFault::new("summary", "", message));
            }
            error => return Err(error.into()),
        }
        Ok(())
    }

    /// Notes what the operation refused beside the fields.
    pub fn note(&mut self, faults: &[FieldFault], lang: Lang) {
        for fault in faults {
            let message = i18n::message(lang, fault.code, &fault.args);
            let field = fault.field().split('/').next().unwrap_or_default().to_owned();
            self.faults.push(ShownFault::new(&field, fault.code, message));
        }
    }
}
