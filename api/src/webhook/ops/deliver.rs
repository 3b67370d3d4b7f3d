//! Calling webhooks: one connection for each try, to the address that was looked up, signed, without redirects.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use twinning_entity::ids::WebhookId;
use twinning_entity::webhook as row;
use twinning_entity::webhook_delivery::{self as delivery, DeliveryState};

use super::record;
use crate::app::App;
use crate::infra::secrets;
use crate::infra::settings::Env;
use crate::kernel::error::{Error, Result};
use crate::letter::model::next_try;
use crate::webhook::{address, store};

/// Webhooks called at once.
const AT_ONCE: usize = 4;
/// How long one call may take (`reliability.md` O-04).
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls every webhook that something waits for, and gives how many calls were made.
///
/// # Errors
/// The engine's error; what a webhook answers is noted in the delivery.
pub async fn deliver_due(app: &App) -> Result<u32> {
    let mut under_way = FuturesUnordered::new();
    let mut busy: Vec<WebhookId> = Vec::new();
    let mut made = 0;
    loop {
        while under_way.len() < AT_ONCE && !app.is_draining() {
            let Some((hook, one)) = store::claim(app, &busy).await? else { break };
            busy.push(hook.id);
            // A task of its own: a claim must not wait for a transaction that nobody drives on.
            under_way.push(actix_web::rt::spawn(deliver(app.clone(), hook, one)));
        }
        let Some(outcome) = under_way.next().await else { return Ok(made) };
        let done = outcome.map_err(Error::internal)??;
        busy.retain(|id| *id != done);
        made += 1;
    }
}

async fn deliver(app: App, hook: row::Model, one: delivery::Model) -> Result<WebhookId> {
    let app = &app;
    let answer = call(app, &hook, &one).await;
    let now = app.now();
    let noise = one.id.0.as_bytes().last().copied().unwrap_or_default();
    let (status, error) = match answer {
        Ok(status) if (200..300).contains(&status) => {
            store::close(app, &one, DeliveryState::Done, now, (Some(i32::from(status)), None)).await?;
            return Ok(hook.id);
        }
        Ok(status) => (Some(i32::from(status)), format!("answered with status {status}")),
        Err(error) => (None, error),
    };
    match next_try(app.settings.outbox_retry_ms, one.attempts, noise, now, one.created_at) {
        Some(at) => store::close(app, &one, DeliveryState::Queued, at, (status, Some(error))).await?,
        None => store::close(app, &one, DeliveryState::Dead, now, (status, Some(error))).await?,
    }
    Ok(hook.id)
}

/// One call; gives the status of the answer, whose body nobody reads.
async fn call(app: &App, hook: &row::Model, one: &delivery::Model) -> std::result::Result<u16, String> {
    let url = address::check(&hook.url, app.settings.env == Env::Production)
        .map_err(|_| "the address cannot be used".to_owned())?;
    let target = address::resolved(&url, &app.settings.webhook_networks).await?;
    let body = one.body.to_string();
    let signature = signature(app, hook, &body).map_err(|_| "the secret cannot be opened".to_owned())?;
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        .user_agent("twinning-webhook/1");
    if let Some(url::Host::Domain(name)) = url.host() {
        // The name is not looked up again: what was judged is what is called.
        builder = builder.resolve(name, target);
    }
    let client = builder.build().map_err(|_| "no connection can be made".to_owned())?;
    let answer = client
        .post(url)
        .header("content-type", "application/json")
        .header("twinning-event", &one.event)
        .header("twinning-delivery", one.id.to_string())
        .header("twinning-signature", signature)
        .body(body)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Err("no answer within 5 seconds".to_owned()),
        Err(error) if error.is_connect() => Err("no connection".to_owned()),
        Err(_) => Err("the answer cannot be read".to_owned()),
    }
}

fn signature(app: &App, hook: &row::Model, body: &str) -> Result<String> {
    let secret = app.keys.open(&record(hook.id), &hook.secret_sealed)?;
    let at = app.now().timestamp();
    let mac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&mac, format!("{at}.{body}").as_bytes());
    Ok::<_, Error>(format!("t={at},v1={}", secrets::hex(tag.as_ref())))
}
