//! The OpenAPI document: collected from the routes, completed with what all operations share.

use std::collections::HashMap;

use actix_web::http::Method;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation as ApiOperation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Required, ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;

use super::problem::{FaultBody, ProblemBody};
use super::{mount, operations};
use crate::kernel::actor::Who;

/// Statuses that any operation may answer with, and what they mean.
const SHARED: &[(&str, &str)] = &[
    ("400", "The request cannot be read"),
    ("401", "Not signed in, or the token is not valid"),
    ("403", "Visible, but not for this caller to do"),
    ("404", "Not there, or not for this caller to know of"),
    ("406", "No acceptable form of the answer"),
    ("409", "The state does not allow it, or somebody was faster"),
    ("412", "Another version than the one seen"),
    ("413", "Too large"),
    ("414", "The address is too long"),
    ("415", "A type that is not taken"),
    ("422", "Readable, but against a rule"),
    ("428", "If-Match is missing"),
    ("429", "Too many requests"),
    ("431", "The headers are too long"),
    ("500", "A fault of ours; quote the request id"),
    ("503", "Not available now; try again"),
];

const TAGS: &[(&str, &str)] = &[
    ("auth", "Sign-in, tokens and the caller's own account"),
    ("cities", "Cities and divisions"),
    ("organisations", "The official tree of organisations"),
    ("people", "People and their posts"),
    ("programmes", "Programmes: umbrellas of several pairings"),
    ("pairings", "Pairings of two organisations of two cities"),
    ("activities", "Joint activities and their two-sided records"),
    ("classes", "Training classes, timetable, roster and materials"),
    ("documents", "Experience documents and their versions"),
    ("notices", "Notices"),
    ("files", "Stored files"),
    ("imports", "Bulk imports with preview, confirmation and undo"),
    ("search", "Search over everything the caller may read"),
    ("todo", "What waits for the caller"),
    ("audit-entries", "The record of who did what"),
    ("me", "The caller's own account: sessions, second factor, messages, data"),
    ("accounts", "Accounts"),
    ("invitations", "Invitations to an account"),
    ("appointments", "Roles held for organisations, with their dates"),
    ("approvals", "What takes two persons"),
    ("subscriptions", "What is told by mail"),
    ("outbox-mails", "Letters on their way"),
    ("calendar-days", "Working days"),
    ("jobs", "Background jobs"),
    ("settings", "Settings in force"),
    ("api-tokens", "Tokens of programs"),
    ("webhooks", "Addresses that are told of events"),
];

/// The complete document.
#[must_use]
pub fn document() -> OpenApi {
    let (_, collected) = actix_web::App::new().into_utoipa_app().configure(mount).split_for_parts();
    completed(collected)
}

/// Every address of the document with its methods and who may ever use them.
#[must_use]
pub fn table() -> HashMap<String, Vec<(Method, Who)>> {
    let known = operations();
    let mut collected = document();
    let mut table = HashMap::new();
    for (path, item) in &mut collected.paths.paths {
        let methods = methods(item)
            .into_iter()
            .map(|(method, operation)| {
                let id = operation.operation_id.as_deref().unwrap_or_default();
                (method, known.iter().find(|known| known.id == id).map_or(Who::NOBODY, |known| known.who))
            })
            .collect();
        table.insert(path.clone(), methods);
    }
    table
}

fn methods(item: &mut PathItem) -> Vec<(Method, &mut ApiOperation)> {
    [
        (Method::GET, item.get.as_mut()),
        (Method::POST, item.post.as_mut()),
        (Method::PUT, item.put.as_mut()),
        (Method::PATCH, item.patch.as_mut()),
        (Method::DELETE, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
    .collect()
}

fn completed(collected: OpenApi) -> OpenApi {
    let mut components = collected.components.unwrap_or_default();
    components.schemas.insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    components.schemas.insert(FaultBody::name().into_owned(), FaultBody::schema());
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .description(Some("Access token of `POST /api/v1/auth/login`; 15 minutes."))
                .build(),
        ),
    );
    let mut paths = collected.paths;
    let known = operations();
    for (path, item) in &mut paths.paths {
        for (method, operation) in methods(item) {
            let id = operation.operation_id.clone().unwrap_or_default();
            let who = known.iter().find(|known| known.id == id).map(|known| known.who);
            complete(operation, &Shape::of(path, &method), who.unwrap_or(Who::NOBODY));
        }
    }
    let mut document =
        OpenApiBuilder::new()
            .info(
                InfoBuilder::new()
                    .title("Twinning: cross-city party-building twinning and exchange portal")
                    .version("1.0.0")
                    .description(Some(
                        "Links paired organisations of two cities, records joint activities and training, and shares \
                     experience documents. Errors are `application/problem+json` with a stable `code`; text follows \
                     `Accept-Language` (`zh-CN` by default, `en`).",
                    ))
                    .license(Some(
                        LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build(),
                    ))
                    .contact(Some(ContactBuilder::new().name(Some("Twinning")).build())),
            )
            .servers(Some([ServerBuilder::new().url("/").build()]))
            .tags(Some(TAGS.iter().map(|(name, text)| {
                utoipa::openapi::tag::TagBuilder::new().name(*name).description(Some(*text)).build()
            })))
            .paths(paths)
            .components(Some(components))
            .build();
    prune(&mut document);
    document
}

/// Takes out the schemas that nothing refers to: rows of lists are described inside their pages.
fn prune(document: &mut OpenApi) {
    loop {
        // A document that cannot be written keeps all it has.
        let Ok(text) = document.to_json() else { return };
        let Some(components) = document.components.as_mut() else { return };
        let before = components.schemas.len();
        components.schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if components.schemas.len() == before {
            return;
        }
    }
}

/// What the conventions of `contract.md` 4 ask of an operation, read from its method and address.
struct Shape {
    /// It changes something.
    writes: bool,
    /// It changes one object, so it needs the version that was seen.
    on_version: bool,
    /// It makes something, so it may carry a key that makes a repeat harmless.
    repeatable: bool,
    /// It speaks of one object.
    on_object: bool,
}

impl Shape {
    fn of(path: &str, method: &Method) -> Self {
        let (get, post) = (*method == Method::GET, *method == Method::POST);
        Self {
            writes: !get,
            on_version: if post { path.contains("/actions/") } else { !get },
            repeatable: post && !path.contains("/auth/"),
            on_object: path.contains('{'),
        }
    }

    /// Whether an operation of this shape can answer with the status.
    fn answers(&self, status: &str, takes_body: bool, takes_params: bool) -> bool {
        match status {
            "404" => self.on_object || self.writes || takes_params,
            "409" => self.writes,
            "412" | "428" => self.on_version,
            "413" | "415" => takes_body,
            "422" => self.writes || takes_params,
            _ => true,
        }
    }
}

fn complete(operation: &mut ApiOperation, shape: &Shape, who: Who) {
    let roles = serde_json::json!(who.groups());
    let extensions = ExtensionsBuilder::new().add("x-roles", roles).build();
    operation.extensions = Some(extensions);
    // An empty requirement says that the call also works without a token.
    let mut security = vec![SecurityRequirement::new("bearer", Vec::<String>::new())];
    if who.has_anonymous() {
        security.insert(0, SecurityRequirement::default());
    }
    operation.security = Some(security);
    headers(operation, shape);
    let takes_params = operation
        .parameters
        .iter()
        .flatten()
        .any(|one| matches!(one, RefOr::T(one) if matches!(one.parameter_in, ParameterIn::Query)));
    let takes_body = operation.request_body.is_some();
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = "Done; the object or list as it is now".to_owned();
        }
    }
    for (status, meaning) in SHARED {
        if operation.responses.responses.contains_key(*status) || !shape.answers(status, takes_body, takes_params) {
            continue;
        }
        let problem = ResponseBuilder::new()
            .description(*meaning)
            .content(
                "application/problem+json",
                ContentBuilder::new()
                    .schema(Some(RefOr::Ref(Ref::from_schema_name("ProblemBody"))))
                    .example(Some(sample(status, meaning)))
                    .build(),
            )
            .build();
        operation.responses.responses.insert((*status).to_owned(), RefOr::T(problem));
    }
}

/// A problem as it may look.
fn sample(status: &str, meaning: &str) -> serde_json::Value {
    let code = match status {
        "400" => "request.unreadable",
        "401" => "auth.token_invalid",
        "403" => "auth.denied",
        "404" => "object.not_found",
        "406" => "request.not_acceptable",
        "409" => "activity.wrong_state",
        "412" => "object.stale",
        "413" => "request.too_large",
        "414" | "431" => "request.too_long",
        "415" => "request.media_type",
        "422" => "field.required",
        "428" => "request.if_match_required",
        "429" => "auth.too_many",
        "500" => "service.fault",
        _ => "service.unavailable",
    };
    serde_json::json!({
        "type": format!("/docs/errors#{code}"), "title": meaning, "status": status.parse::<u16>().unwrap_or(500),
        "detail": meaning, "instance": "/api/v1/activities", "request_id": "019abcde-0000-7000-8000-000000000000",
        "code": code,
    })
}

/// The headers that operations of a shape take.
fn headers(operation: &mut ApiOperation, shape: &Shape) {
    let parameters = operation.parameters.get_or_insert_default();
    let mut put = |name: &str, text: &str, required: Required, example: &str| {
        if parameters.iter().any(|one| matches!(one, RefOr::T(one) if one.name == name)) {
            return;
        }
        parameters.push(RefOr::T(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(required)
                .description(Some(text))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .example(Some(serde_json::json!(example)))
                .build(),
        ));
    };
    if shape.on_version {
        put("If-Match", "`ETag` of the object as it was seen; 428 without, 412 when stale.", Required::True, "\"1\"");
    }
    if shape.repeatable {
        let text = "1 to 128 visible ASCII characters; the same key and body give the same answer for 24 hours.";
        put("Idempotency-Key", text, Required::False, "c0a80101-7b1e");
    }
}
