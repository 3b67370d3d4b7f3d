//! The OpenAPI document: collected from the routes, completed with what all operations share.

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation as ApiOperation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;

use super::problem::{FaultBody, ProblemBody};
use super::{mount, operations};

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
    ("415", "A type that is not taken"),
    ("422", "Readable, but against a rule"),
    ("428", "If-Match is missing"),
    ("429", "Too many requests"),
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
];

/// The complete document.
#[must_use]
pub fn document() -> OpenApi {
    let (_, collected) = actix_web::App::new().into_utoipa_app().configure(mount).split_for_parts();
    completed(collected)
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
    for item in paths.paths.values_mut() {
        let each = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in each.into_iter().filter_map(Option::as_mut) {
            let id = operation.operation_id.clone().unwrap_or_default();
            let who = known.iter().find(|known| known.id == id).map(|known| known.who);
            complete(operation, who.unwrap_or(crate::kernel::actor::Who::NOBODY));
        }
    }
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
        .tags(Some(
            TAGS.iter().map(|(name, text)| {
                utoipa::openapi::tag::TagBuilder::new().name(*name).description(Some(*text)).build()
            }),
        ))
        .paths(paths)
        .components(Some(components))
        .build()
}

fn complete(operation: &mut ApiOperation, who: crate::kernel::actor::Who) {
    let roles = serde_json::json!(who.groups());
    let extensions = ExtensionsBuilder::new().add("x-roles", roles).build();
    operation.extensions = Some(extensions);
    // An empty requirement says that the call also works without a token.
    let mut security = vec![SecurityRequirement::new("bearer", Vec::<String>::new())];
    if who.has_anonymous() {
        security.insert(0, SecurityRequirement::default());
    }
    operation.security = Some(security);
    for (status, meaning) in SHARED {
        if operation.responses.responses.contains_key(*status) {
            continue;
        }
        let problem = ResponseBuilder::new()
            .description(*meaning)
            .content(
                "application/problem+json",
                ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("ProblemBody")))).build(),
            )
            .build();
        operation.responses.responses.insert((*status).to_owned(), RefOr::T(problem));
    }
}
