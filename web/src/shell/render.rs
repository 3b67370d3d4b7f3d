//! Pages: a typed model, a template, and the frame around it.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderError, RenderErrorReason};
use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::Value;
use twinning_api::kernel::call::Lang;

use super::{pieces, words};

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// A page's model; it names its template and the words of its title.
pub trait Page: Serialize {
    /// Template, such as `pairing/show`.
    const TEMPLATE: &'static str;
    /// Entry of the main navigation it belongs to.
    const NAV: &'static str;
    /// Whether it has a search box of its own, so that the masthead leaves out its one.
    const OWN_SEARCH: bool = false;
    /// Whether its own actions stand at the foot of a phone's screen, where else the bar of a branch is.
    const OWN_BAR: bool = false;

    /// Title of the page, in the language.
    fn title(&self, lang: Lang) -> String;
}

/// What stands around every page.
#[derive(Clone, Debug, Serialize)]
pub struct Shell {
    /// BCP 47 tag.
    pub lang: String,
    /// Empty, or `/en`.
    pub prefix: String,
    /// This page in the other language.
    pub other_url: String,
    /// Title of the page.
    pub title: String,
    /// Entry of the navigation.
    pub nav: String,
    /// Name of the person, if somebody is signed in.
    pub account: Option<String>,
    /// Token of the forms.
    pub csrf_token: String,
    /// Key under which a form may be sent again without a second effect.
    pub repeat_key: String,
    /// `normal` or `large`.
    pub size: String,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// Whether the browser is the one inside WeChat, where downloads need a hint.
    pub wechat: bool,
    /// This page, for coming back to it.
    pub here: String,
    /// Whether the data are an example.
    pub demo: bool,
    /// A message of the act before.
    pub flash: Option<String>,
    /// Text in the search box.
    pub query: String,
    /// Style sheet.
    pub css: String,
    /// Script.
    pub js: String,
    /// Icons.
    pub sprite: String,
    /// Mark of the site for the browser's tab.
    pub mark: String,
    /// Whether the page searches by itself.
    pub own_search: bool,
    /// Whether the visitor logs activities for an organisation; on phones they have a bar of their own.
    pub logs: bool,
    /// Whether the visitor logs activities at all.
    pub may_log: bool,
}

#[derive(Serialize)]
struct Frame<'a, P> {
    shell: &'a Shell,
    page: &'a P,
}

/// All templates, read once.
pub struct Renderer {
    templates: Handlebars<'static>,
}

impl Renderer {
    /// Reads every template.
    ///
    /// # Errors
    /// A template that does not read.
    pub fn new() -> Result<Self, String> {
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        for file in Templates::iter() {
            let Some(name) = file.strip_suffix(".hbs") else { continue };
            let Some(content) = Templates::get(&file) else { continue };
            let text = String::from_utf8(content.data.into_owned()).map_err(|error| format!("{file}: {error}"))?;
            templates.register_template_string(name, text).map_err(|error| format!("{file}: {error}"))?;
        }
        templates.register_helper("t", Box::new(translate));
        templates.register_helper("word", Box::new(word));
        templates.register_helper("date", Box::new(date));
        templates.register_helper("clock", Box::new(clock));
        templates.register_helper("size", Box::new(size));
        templates.register_helper("mark", Box::new(mark));
        templates.register_helper("icon", Box::new(icon));
        templates.register_helper("tile", Box::new(pieces::tile));
        templates.register_helper("longdate", Box::new(pieces::longdate));
        templates.register_helper("days", Box::new(pieces::days));
        templates.register_helper("initial", Box::new(pieces::initial));
        templates.register_helper("tag", Box::new(pieces::tag));
        templates.register_helper("fi", Box::new(pieces::format_mark));
        templates.register_helper("urlencode", Box::new(urlencode));
        templates.register_helper("safe", Box::new(safe));
        templates.register_helper("qr", Box::new(pieces::qr));
        Ok(Self { templates })
    }

    /// The page in its frame.
    ///
    /// # Errors
    /// The template's.
    pub fn render<P: Page>(&self, shell: &Shell, page: &P) -> Result<String, RenderError> {
        self.templates.render(P::TEMPLATE, &Frame { shell, page })
    }

    /// A template with a frame that is at hand as a value; benches render the product's own pages with it.
    ///
    /// # Errors
    /// The template's.
    pub fn render_value(&self, template: &str, frame: &Value) -> Result<String, RenderError> {
        self.templates.render(template, frame)
    }

    /// Names of all templates, for tests.
    #[must_use]
    pub fn names(&self) -> Vec<&String> {
        self.templates.get_templates().keys().collect()
    }
}

pub(super) fn lang_of(context: &Context) -> Lang {
    let tag = context.data().pointer("/shell/lang").and_then(Value::as_str).unwrap_or("zh-CN");
    Lang::from_tag(tag)
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

pub(super) fn param(helper: &Helper<'_>, at: usize) -> String {
    helper.param(at).map(|param| text_of(param.value())).unwrap_or_default()
}

fn missing(key: &str) -> RenderError {
    RenderErrorReason::Other(format!("no words for {key}")).into()
}

/// `{{t "key" name=value}}`: words with values, escaped.
fn translate(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let key = param(helper, 0);
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> = helper
        .hash()
        .iter()
        .map(|(name, value)| {
            let value = match value.value() {
                Value::Number(number) => FluentValue::from(number.as_f64().unwrap_or(0.0)),
                other => FluentValue::from(text_of(other)),
            };
            (Cow::Owned((*name).to_owned()), value)
        })
        .collect();
    let text = words::find(lang_of(context), &key, &args).ok_or_else(|| missing(&key))?;
    out.write(&handlebars::html_escape(&text))?;
    Ok(())
}

/// `{{word "status-pairing" value}}`: the label of a value of a vocabulary.
fn word(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let key = format!("{}-{}", param(helper, 0), param(helper, 1).replace(['.', ':'], "_"));
    let text = words::find(lang_of(context), &key, &HashMap::new()).ok_or_else(|| missing(&key))?;
    out.write(&handlebars::html_escape(&text))?;
    Ok(())
}

/// `{{date d}}`: the day of a date or an instant, never broken over two lines; a dash where there is none.
fn date(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = param(helper, 0);
    match text.get(..10) {
        Some(day) => out.write(&format!("<time datetime=\"{day}\">{day}</time>"))?,
        None => out.write("–")?,
    }
    Ok(())
}

/// `{{clock t}}`: hours and minutes of a time or an instant.
fn clock(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = param(helper, 0);
    let time = text.split_once('T').map_or(text.as_str(), |(_, time)| time);
    out.write(time.get(..5).unwrap_or_default())?;
    Ok(())
}

/// `{{size n}}`: bytes as people read them.
fn size(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let bytes = helper.param(0).and_then(|param| param.value().as_f64()).unwrap_or(0.0);
    let text = if bytes >= 1_048_576.0 {
        format!("{:.1} MB", bytes / 1_048_576.0)
    } else {
        format!("{:.0} KB", (bytes / 1024.0).ceil())
    };
    out.write(&text)?;
    Ok(())
}

/// `{{mark provenance}}`: the mark of a value that is inferred, synthetic or reported in general terms.
fn mark(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let value = param(helper, 0);
    if value.is_empty() || value == "entered" {
        return Ok(());
    }
    let text = words::plain(lang_of(context), &format!("provenance-{value}"));
    // The space before it lets a line break there, and leaves no gap at the beginning of the next.
    out.write(&format!(" <span class=\"prov\">{}</span>", handlebars::html_escape(&text)))?;
    Ok(())
}

/// `{{icon "search"}}`: an icon of the sprite.
fn icon(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let sprite = context.data().pointer("/shell/sprite").and_then(Value::as_str).unwrap_or_default();
    let name = param(helper, 0);
    let class = match name.as_str() {
        "mark" => "mark",
        "mark-light" => "mark light",
        _ => "i",
    };
    out.write(&format!("<svg class=\"{class}\" aria-hidden=\"true\"><use href=\"{sprite}#i-{name}\"/></svg>"))?;
    Ok(())
}

/// `{{urlencode text}}`: a text as a value of a query string.
fn urlencode(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&pieces::encoded(&param(helper, 0)))?;
    Ok(())
}

/// `{{safe snippet}}`: a snippet of search, which is escaped where it is made and holds no markup but `<mark>`.
fn safe(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = handlebars::html_escape(&param(helper, 0));
    let text = text.replace("&amp;", "&").replace("&lt;mark&gt;", "<mark>").replace("&lt;/mark&gt;", "</mark>");
    out.write(&text)?;
    Ok(())
}
