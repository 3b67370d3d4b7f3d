//! `print`: the reference documents that `docs/reference` holds.

use std::fmt::Write as _;

use twinning_api::infra::settings::CATALOGUE;
use twinning_api::kernel::actor::RoleCode;
use twinning_api::rest::{openapi, operations};

use super::Outcome;

pub(super) fn run(what: &str) -> Outcome {
    let text = match what {
        "openapi" => openapi::document().to_pretty_json().map_err(|error| error.to_string())? + "\n",
        "settings" => settings(),
        "permissions" => permissions(),
        _ => errors(),
    };
    print!("{text}");
    Ok(())
}

/// Every setting as a table.
fn settings() -> String {
    let mut out = String::from("# Settings\n\n| variable | default | meaning |\n|---|---|---|\n");
    for entry in CATALOGUE {
        let file = if entry.secret { "; also as `…_FILE`" } else { "" };
        let _ = writeln!(out, "| `{}` | {} | {}{file} |", entry.name, entry.default, entry.meaning);
    }
    out
}

/// Every operation with the roles that may ever use it.
fn permissions() -> String {
    let mut out =
        String::from("# Permissions\n\nWho may ever use an operation; which objects, the operation decides.\n\n");
    let _ = write!(out, "| operation | anonymous |");
    for role in RoleCode::ALL {
        let _ = write!(out, " {role} |");
    }
    out.push_str("\n|---|---|");
    out.push_str(&"---|".repeat(RoleCode::ALL.len()));
    out.push('\n');
    for operation in operations() {
        let mark = |yes: bool| if yes { "yes" } else { "–" };
        let _ = write!(out, "| `{}` | {} |", operation.id, mark(operation.who.has_anonymous()));
        for role in RoleCode::ALL {
            let _ = write!(out, " {} |", mark(operation.who.has(*role)));
        }
        out.push('\n');
    }
    out
}

/// Every stable code with its sentence in both languages.
fn errors() -> String {
    let mut out = String::from(
        "# Errors\n\nStable codes of problems, with what people are told.\n\n| code | 中文 | English |\n|---|---|---|\n",
    );
    let catalogue = |text: &'static str| {
        text.lines().filter_map(|line| line.split_once(" = ")).collect::<Vec<(&'static str, &'static str)>>()
    };
    let zh = catalogue(concat!(
        include_str!("../../../api/locales/zh-CN/faults.ftl"),
        "\n",
        include_str!("../../../api/locales/zh-CN/files.ftl"),
        "\n",
        include_str!("../../../api/locales/zh-CN/import.ftl")
    ));
    let en = catalogue(concat!(
        include_str!("../../../api/locales/en/faults.ftl"),
        "\n",
        include_str!("../../../api/locales/en/files.ftl"),
        "\n",
        include_str!("../../../api/locales/en/import.ftl")
    ));
    for (key, chinese) in zh.iter().filter(|(key, _)| !key.starts_with("status-")) {
        let english = en.iter().find(|(known, _)| known == key).map_or("", |(_, text)| text);
        let _ = writeln!(out, "| `{}` | {chinese} | {english} |", key.replacen('-', ".", 1).replace('-', "_"));
    }
    out
}
