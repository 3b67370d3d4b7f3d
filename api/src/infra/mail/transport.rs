//! Where letters are handed over: a mail server, or files for an installation without one.

use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::Url;

use crate::infra::settings::Settings;
use crate::kernel::error::{Error, Result};

/// Connections to the mail server at once (`reliability.md` O-02).
pub const CONNECTIONS: usize = 4;
/// How long one command, and how long a whole letter may take.
const COMMAND: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(30);

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// Taken over by the mail server, or written.
    Over,
    /// Not now: the server is away, busy, or does not know us.
    Later(String),
    /// Never: the server will not take this letter.
    Refused(String),
}

/// A way out for letters.
pub enum Transport {
    /// A mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// A folder of `.eml` files.
    Folder(PathBuf),
}

/// What is wrong with the address of a mail server.
///
/// # Errors
/// What it should be; never the address itself, which may hold a password.
pub fn check(address: &str) -> Result<(), &'static str> {
    let url = parsed(address)?;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match tls_of(&url) {
        Some("required") | None => Ok(()),
        Some("none") if loopback => Ok(()),
        Some("none") => Err("may use tls=none only for this machine itself"),
        Some(_) => Err("must end with tls=required or tls=none"),
    }
}

fn parsed(address: &str) -> Result<Url, &'static str> {
    let shape = "must look like smtp://user:pass@host:587?tls=required";
    let url = Url::parse(address).map_err(|_| shape)?;
    if matches!(url.scheme(), "smtp" | "smtps") && url.host_str().is_some_and(|host| !host.is_empty()) {
        Ok(url)
    } else {
        Err(shape)
    }
}

fn tls_of(url: &Url) -> Option<&'static str> {
    url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| match value.as_ref() {
        "required" => "required",
        "none" => "none",
        _ => "unknown",
    })
}

impl Transport {
    /// The way out that the settings name.
    ///
    /// # Errors
    /// A mail server's address that cannot be used.
    pub fn open(settings: &Settings) -> Result<Self> {
        let Some(address) = &settings.smtp_url else { return Ok(Self::Folder(settings.data_dir.join("mail"))) };
        let url = parsed(address.expose()).map_err(Error::broken)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let plain = tls_of(&url) == Some("none");
        let wrapped = url.scheme() == "smtps" || url.port() == Some(465);
        let tls = match (plain, wrapped) {
            (true, _) => Tls::None,
            (false, true) => Tls::Wrapper(TlsParameters::new(host.clone()).map_err(Error::internal)?),
            (false, false) => Tls::Required(TlsParameters::new(host.clone()).map_err(Error::internal)?),
        };
        let port = url.port().unwrap_or(match (plain, wrapped) {
            (true, _) => 25,
            (false, true) => 465,
            (false, false) => 587,
        });
        let pool = PoolConfig::new().max_size(u32::try_from(CONNECTIONS).unwrap_or(4)).min_idle(0);
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(COMMAND))
            .pool_config(pool);
        if !url.username().is_empty() {
            let decoded = |text: &str| urlencoded(text);
            builder = builder
                .credentials(Credentials::new(decoded(url.username()), decoded(url.password().unwrap_or_default())));
        }
        Ok(Self::Smtp(Box::new(builder.build())))
    }

    /// Hands a letter over; `name` is the name of its file, where it becomes one.
    pub async fn hand_over(&self, name: &str, message: &Message) -> Handed {
        match self {
            Self::Smtp(server) => match actix_web::rt::time::timeout(WHOLE, server.send(message.clone())).await {
                Ok(Ok(_)) => Handed::Over,
                Ok(Err(error)) => judged(&error),
                Err(_) => Handed::Later("the mail server took more than 30 seconds".to_owned()),
            },
            Self::Folder(folder) => match written(folder, name, &message.formatted()) {
                Ok(()) => Handed::Over,
                Err(error) => Handed::Later(format!("the letter cannot be written: {error}")),
            },
        }
    }

    /// Whether the mail server answers.
    ///
    /// # Errors
    /// What it said instead.
    pub async fn ping(&self) -> Result<(), String> {
        match self {
            Self::Smtp(server) => match actix_web::rt::time::timeout(WHOLE, server.test_connection()).await {
                Ok(Ok(true)) => Ok(()),
                Ok(Ok(false)) => Err("the mail server does not answer".to_owned()),
                Ok(Err(error)) => Err(plain(&error)),
                Err(_) => Err("the mail server does not answer in 30 seconds".to_owned()),
            },
            Self::Folder(folder) => std::fs::create_dir_all(folder).map_err(|error| error.to_string()),
        }
    }
}

fn urlencoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// A refusal for good is the letter's fault; one of our name or password is not, and neither is silence.
fn judged(error: &lettre::transport::smtp::Error) -> Handed {
    let code = error.status().map(u16::from).unwrap_or_default();
    let ours = matches!(code, 530 | 534 | 535 | 538);
    if error.is_permanent() && !ours { Handed::Refused(plain(error)) } else { Handed::Later(plain(error)) }
}

/// The server's words in one line of at most 300 characters.
fn plain(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

fn written(folder: &std::path::Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("{name}.eml"));
    let beside = folder.join(format!("{name}.new"));
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&beside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_travel_without_tls_only_inside_the_machine() {
        // REQ O-03
        assert!(check("smtp://u:p@mail.example.org:587?tls=required").is_ok());
        assert!(check("smtp://mail.example.org").is_ok());
        assert!(check("smtp://127.0.0.1:2525?tls=none").is_ok());
        assert!(check("smtp://mail.example.org?tls=none").is_err());
        assert!(check("smtp://mail.example.org?tls=maybe").is_err());
        assert!(check("http://mail.example.org").is_err());
        assert!(check("smtp://").is_err());
    }
}
