//! Text of PDF files, page by page: lines are put together into the blocks they stand in, so that a word that goes on
//! in the next line of a cell of a table is not torn apart by the cell beside it.

use pdf_oxide::PdfDocument;
use pdf_oxide::layout::TextChar;

use super::office::Read;

/// Pages that are read.
const PAGES_MAX: usize = 2_000;

pub(super) fn read(bytes: &[u8]) -> Read {
    let document = PdfDocument::from_bytes(bytes.to_vec()).ok()?;
    let pages = document.page_count().ok()?;
    let mut out = String::new();
    for page in 0..pages.min(PAGES_MAX) {
        if let Ok(chars) = document.extract_chars(page) {
            out.push_str(&joined(blocks(pieces(chars))));
            out.push_str("\n\n");
        }
    }
    Some((out, i32::try_from(pages).ok()))
}

/// Characters of one line that stand together; lengths in points, `y` grows upwards.
struct Piece {
    left: f32,
    right: f32,
    y: f32,
    size: f32,
    text: String,
}

/// Characters in lines from the top, each line cut where a gap is wider than a character.
fn pieces(mut chars: Vec<TextChar>) -> Vec<Piece> {
    chars.retain(|one| !one.char.is_control() && one.bbox.y.is_finite() && one.bbox.x.is_finite());
    chars.sort_by(|a, b| b.bbox.y.total_cmp(&a.bbox.y));
    // Characters of a line differ a little in height; half a character is told apart as another line.
    let mut lines: Vec<Vec<TextChar>> = Vec::new();
    for one in chars {
        match lines.last_mut() {
            Some(line)
                if line.first().is_some_and(|first| first.bbox.y - one.bbox.y < one.font_size.max(2.0) * 0.5) =>
            {
                line.push(one);
            }
            _ => lines.push(vec![one]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.bbox.x.total_cmp(&b.bbox.x));
    }
    let mut out: Vec<Piece> = Vec::new();
    for one in lines.into_iter().flatten() {
        let size = one.font_size.max(1.0);
        let right = one.bbox.x + one.bbox.width;
        match out.last_mut() {
            Some(last)
                if (last.y - one.bbox.y).abs() < size * 0.5
                    && one.bbox.x >= last.left
                    && one.bbox.x - last.right < size =>
            {
                last.text.push(one.char);
                last.right = last.right.max(right);
            }
            _ => out.push(Piece { left: one.bbox.x, right, y: one.bbox.y, size, text: one.char.to_string() }),
        }
    }
    out
}

/// Pieces that stand below one another, in the order in which their first line comes.
fn blocks(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut out: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let shared = |block: &Vec<Piece>| {
            let last = block.last()?;
            let down = last.y - piece.y;
            let near = down > 0.0 && down < 2.2 * piece.size.max(last.size);
            let width = last.right.min(piece.right) - last.left.max(piece.left);
            (near && width > 0.0).then_some(width)
        };
        let best = out
            .iter_mut()
            .filter_map(|block| shared(block).map(|width| (width, block)))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, block)| block);
        match best {
            Some(block) => block.push(piece),
            None => out.push(vec![piece]),
        }
    }
    out
}

fn joined(blocks: Vec<Vec<Piece>>) -> String {
    let text = |block: Vec<Piece>| block.into_iter().map(|piece| piece.text).collect::<Vec<_>>().join("\n");
    blocks.into_iter().map(text).collect::<Vec<_>>().join("\n\n")
}
