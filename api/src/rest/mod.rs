//! What REST handlers share, and the mounting of every feature under `/api/v1`.

pub mod extract;
pub mod gate;
pub mod openapi;
pub mod problem;
pub mod request;

use actix_web::middleware::from_fn;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub use extract::{Body, Caller, IfMatch, MaybeBody, Params, PathId, Tagged};
pub use problem::{Problem, ProblemBody};

use crate::kernel::actor::Who;
use crate::{
    account, activity, api_token, appointment, approval, audit, city, file, invitation, letter, library, notice,
    organisation, pairing, person, programme, search, system, todo, training, transfer, webhook,
};

/// An operation of the API with the callers that may ever use it, as its policy says.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `operationId`, the name of the handler.
    pub id: &'static str,
    /// Callers that may ever use it.
    pub who: Who,
}

/// Names an operation and its callers.
#[must_use]
pub const fn op(id: &'static str, who: Who) -> Operation {
    Operation { id, who }
}

/// Every operation of the API, feature by feature.
#[must_use]
pub fn operations() -> Vec<Operation> {
    [
        account::rest::OPERATIONS,
        activity::rest::OPERATIONS,
        api_token::rest::OPERATIONS,
        appointment::rest::OPERATIONS,
        approval::rest::OPERATIONS,
        audit::rest::OPERATIONS,
        city::rest::OPERATIONS,
        file::rest::OPERATIONS,
        invitation::rest::OPERATIONS,
        letter::rest::OPERATIONS,
        library::rest::OPERATIONS,
        notice::rest::OPERATIONS,
        organisation::rest::OPERATIONS,
        pairing::rest::OPERATIONS,
        person::rest::OPERATIONS,
        programme::rest::OPERATIONS,
        search::rest::OPERATIONS,
        system::rest::OPERATIONS,
        todo::rest::OPERATIONS,
        training::rest::OPERATIONS,
        transfer::rest::OPERATIONS,
        webhook::rest::OPERATIONS,
    ]
    .concat()
}

/// Mounts the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(
        scope::scope("/api/v1")
            .wrap(from_fn(gate::admitted))
            .wrap(from_fn(problem::written))
            .configure(account::rest::mount)
            .configure(activity::rest::mount)
            .configure(api_token::rest::mount)
            .configure(appointment::rest::mount)
            .configure(approval::rest::mount)
            .configure(audit::rest::mount)
            .configure(city::rest::mount)
            .configure(file::rest::mount)
            .configure(invitation::rest::mount)
            .configure(letter::rest::mount)
            .configure(library::rest::mount)
            .configure(notice::rest::mount)
            .configure(organisation::rest::mount)
            .configure(pairing::rest::mount)
            .configure(person::rest::mount)
            .configure(programme::rest::mount)
            .configure(search::rest::mount)
            .configure(system::rest::mount)
            .configure(todo::rest::mount)
            .configure(training::rest::mount)
            .configure(transfer::rest::mount)
            .configure(webhook::rest::mount)
            .default_service(actix_web::web::to(problem::no_such_address)),
    );
}
