//! Experience documents: a list of files with what is known of each, or text written in the list itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use twinning_entity::document::{DocumentKind, Visibility};
use twinning_entity::ids::OrganisationId;

use super::directory::Directory;
use super::{Action, Report, values, walk};
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column};
use crate::transfer::sheet::Sheet;

pub(super) const COLUMNS: &[Column] = &[
    column("title", true, &["标题", "题名", "名称"]),
    column("file", false, &["文件", "文件名"]),
    column("body_markdown", false, &["正文"]),
    column("kind", true, &["类别", "类型", "文档类型"]),
    column(
        "organisation",
        true,
        &["所属组织编码", "组织编码", "所属组织", "单位", "organisation_code", "organisation_id"],
    ),
    column("tags", false, &["标签", "关键词"]),
    column("visibility", false, &["公开范围", "可见范围"]),
    column("summary", false, &["摘要"]),
    column("note", false, &["备注", "说明"]),
];

/// One accepted row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Title.
    pub title: String,
    /// File beside the list.
    pub file: Option<String>,
    /// Text written in the list.
    pub body_markdown: Option<String>,
    /// Kind.
    pub kind: DocumentKind,
    /// Organisation it comes from.
    pub organisation: OrganisationId,
    /// Tags.
    pub tags: Vec<String>,
    /// Who may read.
    pub visibility: Visibility,
    /// Summary.
    pub summary: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Checks a list of documents; `there` tells whether a file can be had.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(
    sheets: &[Sheet],
    directory: &Directory,
    there: &dyn Fn(&str) -> bool,
    known: &dyn Fn(&Listed) -> bool,
) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let title = line.need("title", "missing_title", 120);
        let kind_text = line.text("kind");
        let kind = kind(&kind_text);
        if kind.is_none() {
            line.fault("bad_kind", "kind", &kind_text);
        }
        let visibility_text = line.text("visibility");
        let visibility = visibility(&visibility_text);
        if visibility.is_none() {
            line.fault("bad_visibility", "visibility", &visibility_text);
        }
        let organisation_text = line.text("organisation");
        let organisation =
            directory.code(&organisation_text.to_uppercase()).or_else(|| directory.name(&organisation_text, None).ok());
        if organisation.is_none() {
            line.fault("unknown_org", "organisation", &organisation_text);
        }
        let file = line.some("file");
        let body_markdown = match line.cell("body_markdown") {
            Some(crate::transfer::sheet::Cell::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        match &file {
            None if body_markdown.is_none() => line.fault("missing_content", "file", ""),
            Some(name) if !seen.insert(name.clone()) => line.fault("duplicate_in_file", "file", name),
            Some(name) if !there(name) => line.fault("file_not_found", "file", name),
            _ => {}
        }
        let row = Listed {
            title,
            file,
            body_markdown,
            kind: kind.unwrap_or(DocumentKind::ExperienceReport),
            organisation: organisation?.id,
            tags: values::list(&line.text("tags")),
            visibility: visibility.unwrap_or(Visibility::City),
            summary: line.some("summary"),
            note: line.some("note"),
        };
        let action = if line.faults.is_empty() && known(&row) { Action::Same } else { Action::Add };
        let label = row.title.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

fn kind(written: &str) -> Option<DocumentKind> {
    Some(match written {
        "经验文档" | "经验材料" => DocumentKind::ExperienceReport,
        "典型案例" | "案例" => DocumentKind::TypicalCase,
        "课程材料" | "讲义" => DocumentKind::Handout,
        "课件" => DocumentKind::Slides,
        "方案" => DocumentKind::Plan,
        "协议" => DocumentKind::Agreement,
        "总结" => DocumentKind::Summary,
        "简报" => DocumentKind::Bulletin,
        "公约" => DocumentKind::Convention,
        "制度" => DocumentKind::Regulation,
        "章程" => DocumentKind::Charter,
        "纪要" => DocumentKind::Minutes,
        "通知" => DocumentKind::Notice,
        "清单" | "项目清单" => DocumentKind::ProjectList,
        "台账" => DocumentKind::Ledger,
        other => return DocumentKind::from_word(other),
    })
}

fn visibility(written: &str) -> Option<Visibility> {
    Some(match written {
        "公开" => Visibility::Public,
        "结对双方" | "项目内" => Visibility::Programme,
        "本市" | "" => Visibility::City,
        "培训班学员" | "班级" => Visibility::Class,
        other => return Visibility::from_word(other),
    })
}
