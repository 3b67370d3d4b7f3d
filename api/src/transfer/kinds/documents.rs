//! Experience documents: a list of files with what is known of each, or text written in the list itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use twinning_entity::document::{DocumentKind, Visibility};
use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::Model;
use twinning_entity::provenance::Provenance;

use super::directory::{Directory, Unfound};
use super::{Action, Line, Report, values, walk, words};
use crate::transfer::fault::FileFault;
use crate::transfer::header::{Column, column, either};
use crate::transfer::sheet::{Cell, Sheet};

pub(super) const COLUMNS: &[Column] = &[
    column(
        "title",
        true,
        &[
            "标题",
            "题名",
            "名称",
            "文件标题",
            "材料名称",
            "文档名称",
            "资料名称",
            "题目",
            "文件题目",
            "name",
            "document",
            "document_title",
        ],
    ),
    either(
        "file",
        &["body_markdown"],
        &["文件", "文件名", "文件名称", "附件", "文件路径", "路径", "file_name", "filename", "path"],
    ),
    column("body_markdown", false, &["正文", "内容", "全文", "body", "text", "content"]),
    column(
        "kind",
        true,
        &["类别", "类型", "文档类型", "文件类型", "材料类型", "资料类型", "文种", "type", "document_kind", "category"],
    ),
    column(
        "organisation",
        false,
        &[
            "所属组织编码",
            "组织编码",
            "所属组织",
            "所属单位",
            "单位",
            "报送单位",
            "来源单位",
            "组织",
            "organisation_code",
            "organisation_id",
            "organization",
            "organization_code",
            "organization_id",
            "org_code",
            "unit",
        ],
    ),
    column("tags", false, &["标签", "关键词", "主题词", "keywords", "tag"]),
    column("visibility", false, &["公开范围", "可见范围", "开放范围", "阅读范围", "visible_to", "access"]),
    column("summary", false, &["摘要", "简介", "内容提要", "abstract", "description"]),
    column("provenance", false, &["来源", "数据性质", "source"]),
    column("note", false, &["备注", "说明", "来源说明", "依据", "provenance_note", "remark", "remarks", "notes"]),
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
    /// Where it comes from.
    pub provenance: Provenance,
    /// Note on that.
    pub note: Option<String>,
}

/// What a list of documents is checked against.
pub struct Context<'a> {
    /// Known organisations.
    pub directory: &'a Directory,
    /// City of whoever imports, whose organisations go first.
    pub home: Option<CityId>,
    /// Organisation of whoever imports, for lists that name none.
    pub own: Option<OrganisationId>,
    /// Whether documents of an organisation may be brought in.
    pub may: &'a dyn Fn(&Model) -> bool,
    /// Why a named file cannot be used, as the code of a fault; none when it can.
    pub file: &'a dyn Fn(&str) -> Option<&'static str>,
    /// Whether the same is there already.
    pub known: &'a dyn Fn(&Listed) -> bool,
    /// Why a visibility cannot be given here: nothing was chosen that it needs.
    pub lacks: &'a dyn Fn(Visibility, &Model) -> Option<&'static str>,
}

/// Checks a list of documents.
///
/// # Errors
/// [`FileFault`] when no sheet has the columns.
pub fn check(sheets: &[Sheet], context: &Context<'_>) -> Result<Report, FileFault> {
    let mut seen = HashSet::new();
    walk(sheets, COLUMNS, |line| {
        let title = line.need("title", "missing_title", 120);
        let kind_text = line.text("kind");
        let kind = words::DOCUMENTS.read(&kind_text);
        if kind.is_none() {
            line.fault("bad_kind", "kind", &kind_text);
        }
        let visibility_text = line.text("visibility");
        let visibility = if visibility_text.is_empty() {
            Some(Visibility::City)
        } else {
            words::VISIBILITIES.read(&visibility_text)
        };
        if visibility.is_none() {
            line.fault("bad_visibility", "visibility", &visibility_text);
        }
        let organisation = organisation(line, context);
        if let (Some(visibility), Some(organisation)) = (visibility, organisation)
            && let Some(code) = (context.lacks)(visibility, organisation)
        {
            line.fault(code, "visibility", &visibility_text);
        }
        let file = line.some("file");
        let body_markdown = match line.cell("body_markdown") {
            Some(Cell::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        match &file {
            None if body_markdown.is_none() => line.fault("missing_content", "file", ""),
            Some(name) if !seen.insert(name.clone()) => line.fault("duplicate_in_file", "file", name),
            Some(name) => {
                if let Some(code) = (context.file)(name) {
                    line.fault(code, "file", name);
                }
            }
            None => {}
        }
        let tags = values::list(&line.text("tags"));
        if tags.len() > 20 || tags.iter().any(|tag| tag.chars().count() > 30) {
            let written = line.text("tags");
            line.fault("too_long", "tags", &written);
        }
        for (field, most) in [("summary", 2_000), ("note", 500)] {
            let text = line.text(field);
            if text.chars().count() > most {
                line.fault("too_long", field, &text);
            }
        }
        let row = Listed {
            title,
            file,
            body_markdown,
            kind: kind.unwrap_or(DocumentKind::ExperienceReport),
            organisation: organisation?.id,
            tags,
            visibility: visibility.unwrap_or(Visibility::City),
            summary: line.some("summary"),
            provenance: values::provenance(&line.text("provenance")),
            note: line.some("note"),
        };
        let action = if line.faults.is_empty() && (context.known)(&row) { Action::Same } else { Action::Add };
        let label = row.title.clone();
        serde_json::to_value(row).ok().map(|value| (action, label, value))
    })
}

/// The organisation a document comes from: the one that is named, or else that of whoever imports.
fn organisation<'a>(line: &mut Line<'_>, context: &Context<'a>) -> Option<&'a Model> {
    let written = line.text("organisation");
    let found = if written.is_empty() {
        let Some(own) = context.own.and_then(|own| context.directory.id(own)) else {
            line.fault("missing_unit", "organisation", "");
            return None;
        };
        own
    } else {
        let by_id = uuid::Uuid::try_parse(&written).ok().and_then(|id| context.directory.id(OrganisationId(id)));
        match by_id.map_or_else(|| context.directory.called(&written, context.home), Ok) {
            Ok(found) => found,
            Err(why) => {
                let code = if why == Unfound::Unknown { "unknown_org" } else { "ambiguous_org" };
                line.fault(code, "organisation", &written);
                return None;
            }
        }
    };
    if !(context.may)(found) {
        line.fault("not_yours", "organisation", &found.name_short);
    }
    Some(found)
}
