//! The list of settings, printed as `docs/reference/settings.md`.

/// One setting as documented.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Environment variable.
    pub name: &'static str,
    /// Value without it.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether it may also be given as `…_FILE`.
    pub secret: bool,
}

const fn entry(name: &'static str, default: &'static str, meaning: &'static str) -> Entry {
    Entry { name, default, meaning, secret: false }
}

const fn secret(name: &'static str, default: &'static str, meaning: &'static str) -> Entry {
    Entry { name, default, meaning, secret: true }
}

/// Every setting, in the order of the reference page.
pub const CATALOGUE: &[Entry] = &[
    entry(
        "TWINNING_ENV",
        "production",
        "`production`, `development` or `test`; production refuses demo data, weak secrets and a public URL without https (loopback excepted)",
    ),
    entry("TWINNING_LISTEN", "127.0.0.1:8080", "address and port to bind"),
    entry("TWINNING_PUBLIC_URL", "http://127.0.0.1:8080", "the only source of host names in links and mails"),
    entry("TWINNING_DATA_DIR", "var", "folder of the SQLite file, uploaded files, generated key and spooled mail"),
    secret("TWINNING_DATABASE_URL", "SQLite in the data directory", "`sqlite://…` or `postgres://…`"),
    secret("TWINNING_DATABASE_READ_URL", "none", "a read replica for lists, search and reports"),
    entry(
        "TWINNING_STORAGE_URL",
        "files in the data directory",
        "`file://…` or `s3://bucket/prefix` (with `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`)",
    ),
    secret(
        "TWINNING_SMTP_URL",
        "none",
        "`smtp://user:pass@host:587?tls=required`; without it each mail is written as an `.eml` file",
    ),
    secret(
        "TWINNING_SECRET_KEY",
        "generated in the data directory, mode 0600",
        "master key of at least 32 bytes; every purpose derives its own",
    ),
    secret(
        "TWINNING_FORMER_SECRET_KEYS",
        "none",
        "keys that were replaced and still open what they sealed, separated by spaces; `admin rotate-key` keeps those of a key file itself",
    ),
    entry(
        "TWINNING_PASSWORD_PROFILE",
        "gbt-l3",
        "`gbt-l3` (10 characters, 3 of 4 kinds, not the last 5, change asked after 90 days) or `modern` (12 characters, no kinds, no forced change)",
    ),
    entry("TWINNING_SESSION_HOURS", "12", "longest life of a portal session in hours, 1 to 24"),
    entry("TWINNING_SESSION_IDLE_MINUTES", "30", "how long a portal session may stay unused, in minutes, 5 to 120"),
    entry("TWINNING_ADMIN_IDLE_MINUTES", "15", "the same for administrators, 5 to 60"),
    entry(
        "TWINNING_STAFF_NETWORKS",
        "any",
        "networks from which staff and administrators may sign in, separated by commas",
    ),
    entry("TWINNING_IDLE_ACCOUNT_DAYS", "365", "days without sign-in after which an account is disabled, 30 to 3650"),
    entry("TWINNING_ANONYMISE_DAYS", "1095", "days without sign-in after which an account is anonymised, 60 to 7300"),
    entry("TWINNING_CLASS_DATA_YEARS", "5", "years that phones of a roster are kept after its class, 1 to 30"),
    entry("TWINNING_MAIL_FROM", "twinning@localhost", "sender of letters"),
    entry("TWINNING_SECOND_FACTOR", "optional", "`off`, `optional` or `required_for_staff`"),
    entry(
        "TWINNING_TRUSTED_PROXIES",
        "none",
        "networks whose `Forwarded` and `X-Forwarded-*` headers are believed, separated by commas",
    ),
    entry(
        "TWINNING_WEBHOOK_NETWORKS",
        "none",
        "networks besides the public one that webhooks may call, for systems of the same intranet",
    ),
    entry(
        "TWINNING_CLAMD",
        "none",
        "`unix:/run/clamav/clamd.ctl` or `tcp:host:3310`: uploads are scanned before they can be downloaded",
    ),
    entry("TWINNING_RATE_LIMIT", "on", "`on` or `off`; `off` only outside production"),
    entry("TWINNING_OUTBOX_RETRY_MS", "60000", "base of the mail back-off in milliseconds, 10 to 3600000"),
    entry("TWINNING_DRAIN_MS", "2000", "how long requests are still taken after SIGTERM, in milliseconds, 0 to 60000"),
    entry("TWINNING_METRICS_LISTEN", "127.0.0.1:9464", "address of the metrics listener; empty switches it off"),
    entry("TWINNING_LOG", "info", "filter of the log"),
    entry("TWINNING_LOG_FORMAT", "text", "`text` or `json`"),
];
