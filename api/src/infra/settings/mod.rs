//! Settings: file, then environment, checked together at the start (`contract.md` 2).

mod catalogue;
mod secret;
mod storage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format as _, Toml};
use ipnet::IpNet;

pub use catalogue::{CATALOGUE, Entry};
pub use secret::{FORMER_FILE, Secret, rotate};
pub use storage::Storage;

use super::secrets::MasterKey;

/// How careful the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Env {
    /// Safe by default.
    Production,
    /// A developer's machine; `make run`.
    Development,
    /// Tests.
    Test,
}

/// Whether staff need a second factor (`reliability.md` A-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Nobody is asked.
    Off,
    /// Who set one up is asked.
    Optional,
    /// Staff and administrators must set one up.
    RequiredForStaff,
}

/// Rules for new passwords (`reliability.md` A-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProfile {
    /// GB/T 22239 level 3: kinds of characters, history, change after 90 days.
    GbtL3,
    /// OWASP ASVS 6.2: length and lists, no forced change.
    Modern,
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How careful the program is.
    pub env: Env,
    /// Address to bind.
    pub listen: String,
    /// The only source of host names in links and mails; no slash at the end.
    pub public_url: String,
    /// Folder of the SQLite file, uploads, key and spooled mail.
    pub data_dir: PathBuf,
    /// Database.
    pub database_url: Secret,
    /// Read replica.
    pub database_read_url: Option<Secret>,
    /// Where files are kept.
    pub storage: Storage,
    /// Mail server; without it letters are written as files.
    pub smtp_url: Option<Secret>,
    /// Master key.
    pub secret_key: MasterKey,
    /// Keys that were replaced and still open what they sealed.
    pub former_keys: Vec<MasterKey>,
    /// Whether the key was made at this start.
    pub secret_key_made: bool,
    /// Second factor.
    pub second_factor: SecondFactor,
    /// Rules for new passwords (`reliability.md` A-02).
    pub password_profile: PasswordProfile,
    /// Longest life of a portal session, in hours (`domain.md` 5.1 SEC-04).
    pub session_hours: u64,
    /// How long a portal session may stay unused, in minutes.
    pub session_idle_minutes: u64,
    /// The same for administrators.
    pub admin_idle_minutes: u64,
    /// Networks from which staff and administrators may sign in; none means any (`domain.md` 5.1 SEC-08).
    pub staff_networks: Vec<IpNet>,
    /// Days without sign-in after which an account is disabled (`domain.md` 5.2 PI-03).
    pub idle_account_days: u64,
    /// Days without sign-in after which it is anonymised.
    pub anonymise_days: u64,
    /// Years that phones of a roster are kept after its class.
    pub class_data_years: u64,
    /// Networks whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks besides the public one that webhooks may call.
    pub webhook_networks: Vec<IpNet>,
    /// Virus scanner.
    pub clamd: Option<String>,
    /// Rate limits.
    pub rate_limit: bool,
    /// Sender of letters.
    pub mail_from: String,
    /// Base of the mail back-off, in milliseconds.
    pub outbox_retry_ms: u64,
    /// How long requests are still taken after SIGTERM, in milliseconds.
    pub drain_ms: u64,
    /// Listener of the metrics; none switches it off.
    pub metrics_listen: Option<String>,
    /// Log filter.
    pub log: String,
    /// Whether logs are JSON lines.
    pub log_json: bool,
    /// What was given, by name; secrets as `***`.
    pub given: BTreeMap<String, String>,
    /// Names that look like settings and are none.
    pub unknown: Vec<String>,
}

/// A setting that cannot be used: its name and what it should be, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the variable.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.problem)
    }
}

impl Settings {
    /// Reads the optional file and the environment.
    ///
    /// # Errors
    /// Every mistake found, by name and never by value.
    pub fn load(file: Option<&Path>) -> Result<Self, Vec<Mistake>> {
        let toml = match file {
            Some(path) if !path.is_file() => {
                return Err(vec![Mistake { name: "--config".into(), problem: "the file cannot be read".into() }]);
            }
            Some(path) => Figment::from(Toml::file_exact(path)),
            None => Figment::from(Toml::file("twinning.toml")),
        };
        Self::read(&toml, &std::env::vars().collect())
    }

    /// As [`Settings::load`], from given values.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn read(toml: &Figment, environment: &BTreeMap<String, String>) -> Result<Self, Vec<Mistake>> {
        let mut source = Source { toml, environment, mistakes: Vec::new(), given: BTreeMap::new() };
        let env = source.choice(
            "TWINNING_ENV",
            &[("production", Env::Production), ("development", Env::Development), ("test", Env::Test)],
            Env::Production,
        );
        let data_dir = PathBuf::from(source.text("TWINNING_DATA_DIR", "var"));
        let (secret_key, secret_key_made) = secret::master_key(&mut source, env, &data_dir);
        let former_keys = secret::former_keys(&mut source, &data_dir);
        let settings = Self {
            env,
            former_keys,
            listen: source.text("TWINNING_LISTEN", "127.0.0.1:8080"),
            public_url: source.text("TWINNING_PUBLIC_URL", "http://127.0.0.1:8080").trim_end_matches('/').to_owned(),
            database_url: source
                .optional("TWINNING_DATABASE_URL")
                .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("twinning.db").display()))
                .into(),
            database_read_url: source.optional("TWINNING_DATABASE_READ_URL").map(Secret::from),
            storage: storage::read(&mut source, &data_dir),
            smtp_url: source.optional("TWINNING_SMTP_URL").map(Secret::from),
            secret_key: secret_key.unwrap_or_else(secret::placeholder),
            secret_key_made,
            second_factor: source.choice(
                "TWINNING_SECOND_FACTOR",
                &[
                    ("off", SecondFactor::Off),
                    ("optional", SecondFactor::Optional),
                    ("required_for_staff", SecondFactor::RequiredForStaff),
                ],
                SecondFactor::Optional,
            ),
            password_profile: source.choice(
                "TWINNING_PASSWORD_PROFILE",
                &[("gbt-l3", PasswordProfile::GbtL3), ("modern", PasswordProfile::Modern)],
                PasswordProfile::GbtL3,
            ),
            session_hours: source.number("TWINNING_SESSION_HOURS", 12, 1..=24),
            session_idle_minutes: source.number("TWINNING_SESSION_IDLE_MINUTES", 30, 5..=120),
            admin_idle_minutes: source.number("TWINNING_ADMIN_IDLE_MINUTES", 15, 5..=60),
            staff_networks: source.networks("TWINNING_STAFF_NETWORKS"),
            idle_account_days: source.number("TWINNING_IDLE_ACCOUNT_DAYS", 365, 30..=3_650),
            anonymise_days: source.number("TWINNING_ANONYMISE_DAYS", 1_095, 60..=7_300),
            class_data_years: source.number("TWINNING_CLASS_DATA_YEARS", 5, 1..=30),
            mail_from: source.text("TWINNING_MAIL_FROM", "twinning@localhost"),
            trusted_proxies: source.networks("TWINNING_TRUSTED_PROXIES"),
            webhook_networks: source.networks("TWINNING_WEBHOOK_NETWORKS"),
            clamd: source.optional("TWINNING_CLAMD"),
            rate_limit: source.choice("TWINNING_RATE_LIMIT", &[("on", true), ("off", false)], true),
            outbox_retry_ms: source.number("TWINNING_OUTBOX_RETRY_MS", 60_000, 10..=3_600_000),
            drain_ms: source.number("TWINNING_DRAIN_MS", 2_000, 0..=60_000),
            metrics_listen: Some(source.text("TWINNING_METRICS_LISTEN", "127.0.0.1:9464")).filter(|at| !at.is_empty()),
            log: source.text("TWINNING_LOG", "info"),
            log_json: source.choice("TWINNING_LOG_FORMAT", &[("json", true), ("text", false)], false),
            given: BTreeMap::new(),
            unknown: unknown(environment),
            data_dir,
        };
        let settings = Self { given: std::mem::take(&mut source.given), ..settings };
        settings.check(&mut source);
        if source.mistakes.is_empty() { Ok(settings) } else { Err(source.mistakes) }
    }

    /// Rules that concern more than one setting (`reliability.md` H-01, H-02).
    fn check(&self, source: &mut Source<'_>) {
        match url::Url::parse(&self.public_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => {
                if self.env == Env::Production && url.scheme() == "http" && !is_loopback(&url) {
                    source.mistake("TWINNING_PUBLIC_URL", "must begin with https:// in production");
                }
            }
            _ => source.mistake("TWINNING_PUBLIC_URL", "must be an http or https address"),
        }
        let engines = ["sqlite://", "postgres://", "postgresql://"];
        if !engines.iter().any(|known| self.database_url.expose().starts_with(known)) {
            source.mistake("TWINNING_DATABASE_URL", "must begin with sqlite:// or postgres://");
        }
        if self.clamd.is_some() {
            // Better no start than files that look scanned and are not.
            source.mistake("TWINNING_CLAMD", "uploads cannot be scanned by this version; leave it empty");
        }
        if self.listen.parse::<std::net::SocketAddr>().is_err() {
            source.mistake("TWINNING_LISTEN", "must be an address and a port, such as 127.0.0.1:8080");
        }
        if self.mail_from.parse::<lettre::message::Mailbox>().is_err() {
            source.mistake("TWINNING_MAIL_FROM", "must be a mail address, such as portal@example.org");
        }
        if let Some(url) = &self.smtp_url
            && let Err(problem) = crate::infra::mail::transport::check(url.expose())
        {
            source.mistake("TWINNING_SMTP_URL", problem);
        }
        if self.anonymise_days <= self.idle_account_days {
            source.mistake("TWINNING_ANONYMISE_DAYS", "must be more than TWINNING_IDLE_ACCOUNT_DAYS");
        }
        if self.env == Env::Production && !self.rate_limit {
            source.mistake("TWINNING_RATE_LIMIT", "cannot be off in production");
        }
    }

    /// Whether cookies must travel over TLS only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn unknown(environment: &BTreeMap<String, String>) -> Vec<String> {
    environment
        .keys()
        .filter(|name| name.starts_with("TWINNING_") && !name.starts_with("TWINNING_TEST_"))
        .filter(|name| {
            let plain = name.strip_suffix("_FILE").unwrap_or(name);
            !CATALOGUE.iter().any(|entry| entry.name == name.as_str() || (entry.secret && entry.name == plain))
        })
        .cloned()
        .collect()
}

/// Where values come from, and the mistakes found so far.
pub(crate) struct Source<'a> {
    toml: &'a Figment,
    environment: &'a BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
    given: BTreeMap<String, String>,
}

impl Source<'_> {
    fn mistake(&mut self, name: &str, problem: &str) {
        self.mistakes.push(Mistake { name: name.to_owned(), problem: problem.to_owned() });
    }

    fn optional(&mut self, name: &str) -> Option<String> {
        let value = self.read(name);
        if let Some(value) = &value
            && let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name)
        {
            let shown = if entry.secret { "***".to_owned() } else { value.clone() };
            self.given.insert(name.to_owned(), shown);
        }
        value
    }

    fn read(&mut self, name: &str) -> Option<String> {
        if let Some(value) = self.environment.get(name) {
            return Some(value.clone());
        }
        if let Some(path) = self.environment.get(&format!("{name}_FILE")) {
            return match std::fs::read_to_string(path) {
                Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(_) => {
                    self.mistake(&format!("{name}_FILE"), "the file cannot be read");
                    None
                }
            };
        }
        let key = name.trim_start_matches("TWINNING_").to_ascii_lowercase();
        match self.toml.find_value(&key).ok()? {
            figment::value::Value::String(_, text) => Some(text),
            figment::value::Value::Num(_, number) => number.to_i128().map(|number| number.to_string()),
            figment::value::Value::Bool(_, on) => Some(if on { "on" } else { "off" }.to_owned()),
            _ => {
                self.mistake(name, "must be a text or a number");
                None
            }
        }
    }

    fn text(&mut self, name: &str, default: &str) -> String {
        self.optional(name).unwrap_or_else(|| default.to_owned())
    }

    fn choice<T: Copy>(&mut self, name: &str, words: &[(&str, T)], default: T) -> T {
        let Some(value) = self.optional(name) else { return default };
        match words.iter().find(|(word, _)| *word == value) {
            Some((_, chosen)) => *chosen,
            None => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.mistake(name, &format!("must be one of {}", known.join(", ")));
                default
            }
        }
    }

    fn networks(&mut self, name: &str) -> Vec<IpNet> {
        let list = self.optional(name).unwrap_or_default();
        let mut networks = Vec::new();
        for text in list.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            match text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from)) {
                Ok(network) => networks.push(network),
                Err(_) => self.mistake(name, "must be addresses or networks such as 10.0.0.0/8, separated by commas"),
            }
        }
        networks
    }

    fn number(&mut self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(value) = self.optional(name) else { return default };
        match value.parse::<u64>() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.mistake(name, &format!("must be a number from {} to {}", range.start(), range.end()));
                default
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<Mistake>> {
        let folder = tempfile::tempdir().unwrap();
        let mut environment: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        environment.entry("TWINNING_DATA_DIR".to_owned()).or_insert_with(|| folder.path().display().to_string());
        Settings::read(&Figment::new(), &environment)
    }

    #[test]
    fn all_mistakes_are_told_at_once_by_name_and_never_by_value() {
        let mistakes =
            read(&[("TWINNING_ENV", "prod-ish"), ("TWINNING_DRAIN_MS", "-1"), ("TWINNING_SECRET_KEY", "hunter2")])
                .unwrap_err();
        let names: Vec<&str> = mistakes.iter().map(|mistake| mistake.name.as_str()).collect();
        assert_eq!(names, ["TWINNING_ENV", "TWINNING_SECRET_KEY", "TWINNING_DRAIN_MS"]);
        assert!(!mistakes.iter().any(|mistake| mistake.to_string().contains("hunter2")));
    }

    #[test]
    fn production_wants_https_and_limits() {
        let far = read(&[("TWINNING_PUBLIC_URL", "http://portal.example.org")]).unwrap_err();
        assert_eq!(far.first().unwrap().name, "TWINNING_PUBLIC_URL");
        assert!(read(&[("TWINNING_RATE_LIMIT", "off")]).is_err());
        assert!(read(&[]).is_ok());
        assert!(read(&[("TWINNING_RATE_LIMIT", "off"), ("TWINNING_ENV", "test")]).is_ok());
    }

    #[test]
    fn no_secret_is_printed() {
        // REQ X-03
        let settings = read(&[
            ("TWINNING_DATABASE_URL", "postgres://user:hunter2@127.0.0.1/x"),
            ("TWINNING_SMTP_URL", "smtp://user:hunter2@127.0.0.1"),
            ("TWINNING_SECRET_KEY", "hunter2 hunter2 hunter2 hunter2 hunter2"),
            ("TWINNING_STORAGE_URL", "s3://bucket/prefix"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ]);
        assert!(!format!("{:?}", settings.unwrap()).contains("hunter2"));
    }

    #[test]
    fn storage_is_a_folder_or_a_bucket() {
        assert!(read(&[("TWINNING_STORAGE_URL", "ftp://x")]).is_err());
        assert!(read(&[("TWINNING_STORAGE_URL", "s3://")]).is_err());
        assert!(read(&[("TWINNING_STORAGE_URL", "s3://bucket")]).is_ok());
    }

    #[test]
    fn proxies_are_networks() {
        let settings = read(&[("TWINNING_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")]).unwrap();
        let trusted = |text: &str| {
            let address: std::net::IpAddr = text.parse().unwrap();
            settings.trusted_proxies.iter().any(|network| network.contains(&address))
        };
        assert!(trusted("10.1.2.3") && trusted("192.0.2.1") && !trusted("192.0.2.2"));
        assert!(read(&[("TWINNING_TRUSTED_PROXIES", "nonsense")]).is_err());
    }

    #[test]
    fn a_name_that_is_no_setting_is_reported() {
        assert_eq!(read(&[("TWINNING_LISTN", "x")]).unwrap().unknown, ["TWINNING_LISTN"]);
    }
}
