//! The door of the API: who may never use an operation is turned away before anything of the request is read.
//!
//! The table is the OpenAPI document itself, so a route that is missing from the document lets nobody in
//! (`reliability.md` Z-01, C-02). The operation asks again, and for the object; nothing relies on this door alone.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _};
use uuid::Uuid;

use super::problem::Problem;
use super::request as requests;
use super::{extract, openapi};
use crate::kernel::actor::{Actor, Who};

/// Methods of an address, each with the callers that may ever use it.
type Methods = Vec<(Method, Who)>;

static TABLE: LazyLock<HashMap<String, Methods>> = LazyLock::new(openapi::table);

/// The caller that the door let in; handlers need not ask for the token again.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who it is.
    pub actor: Actor,
    /// The sign-in the token belongs to.
    pub sign_in: Option<Uuid>,
}

/// The caller of a request, admitted or not.
#[derive(Clone, Debug)]
pub struct Known(pub Actor);

/// Middleware: 404 outside the document, 405 for other methods, 401 and 403 for who may never.
///
/// # Errors
/// None of its own; what it refuses is an answer.
pub async fn admitted<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<actix_web::body::EitherBody<B>>, actix_web::Error> {
    if let Err(rule) = requests::check(&request) {
        let refusal = Problem::from(rule).error_response();
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    let methods = request.match_pattern().and_then(|pattern| TABLE.get(&pattern));
    // Addresses that match nothing have their own answer.
    let Some(methods) = methods else { return Ok(next.call(request).await?.map_into_left_body()) };
    let Some((_, who)) = methods.iter().find(|(method, _)| method == request.method()) else {
        let allow = methods.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>().join(", ");
        let refusal = HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allow)).finish();
        return Ok(request.into_response(refusal).map_into_right_body());
    };
    let found = extract::actor_of(request.request()).await;
    let admitted = found.and_then(|(actor, sign_in)| {
        // Who was turned away is known to the record of refusals all the same.
        request.extensions_mut().insert(Known(actor.clone()));
        actor.may_ever(*who).and_then(|()| actor.within(request.method() == Method::GET, &request.match_pattern()))?;
        Ok(Admitted { actor, sign_in })
    });
    match admitted {
        Ok(admitted) => {
            request.extensions_mut().insert(admitted);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(error) => {
            let refusal = Problem::from(error).error_response();
            Ok(request.into_response(refusal).map_into_right_body())
        }
    }
}
