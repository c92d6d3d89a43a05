//! Tables for terminals.

use std::fmt::Write as _;

use super::human::wrap;

/// Spaces between columns, and before the first.
const GAP: &str = "  ";

/// The narrowest last column that is still one.
const NARROWEST: usize = 14;

/// The narrowest a column of a matrix may be, and the widest it gets, in characters.
const MATRIX_COLUMN: (usize, usize) = (17, 40);

/// The narrowest and the widest that the titles of a matrix get, in characters.
const MATRIX_TITLE: (usize, usize) = (12, 44);

/// Renders a table for a terminal of this many columns: no line is longer, as far as words allow. The last column wraps.
/// Where there is no room for it, each row becomes a line of its first cell and the others below. Cells are printable
/// already.
#[must_use]
pub fn render<const N: usize>(headers: [&str; N], rows: &[[String; N]], width: usize) -> String {
    let mut out = String::new();
    let length = |cell: &str| cell.chars().count();
    let widths: Vec<usize> = (0..N)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let header = headers.get(column).map_or(0, |header| length(header));
            cells
                .map(|cell| length(cell))
                .max()
                .unwrap_or(0)
                .max(header)
        })
        .collect();
    let before: usize = widths.iter().take(N.saturating_sub(1)).sum::<usize>() + GAP.len() * N;
    let last = widths.last().copied().unwrap_or(0);
    if before + last.min(NARROWEST) > width {
        for row in rows {
            stack(&mut out, &headers, row, width);
        }
        return out;
    }
    let indent = " ".repeat(before);
    let mut line = |cells: &[&str]| {
        let mut line = String::new();
        for (column, cell) in cells.iter().enumerate() {
            line.push_str(GAP);
            if column + 1 == cells.len() {
                line.push_str(&wrap(cell, width - before, &indent));
            } else {
                let pad = widths.get(column).map_or(0, |width| width - length(cell));
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', pad));
            }
        }
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", line.trim_end());
    };
    line(&headers.map(|header| header));
    for row in rows {
        line(&row.each_ref().map(String::as_str));
    }
    out
}

fn stack(out: &mut String, headers: &[&str], row: &[String], width: usize) {
    for (column, (header, cell)) in headers.iter().zip(row).enumerate() {
        let text = match column {
            0 => format!("{GAP}{cell}"),
            _ if cell.is_empty() => continue,
            _ => {
                let room = width.saturating_sub(2 * GAP.len());
                let text = wrap(&format!("{header}: {cell}"), room, "      ");
                format!("{GAP}{GAP}{text}")
            }
        };
        let _ = writeln!(out, "{text}");
    }
}

/// How a terminal shows a text: the number of an SGR sequence.
#[derive(Debug, Clone, Copy)]
pub struct Style(pub &'static str);

/// A cell of a matrix. Its texts are printable already.
#[derive(Debug)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// How.
    pub style: Option<Style>,
    /// What stands on the line below.
    pub below: Option<String>,
}

/// A row of a matrix.
#[derive(Debug)]
pub struct MatrixRow {
    /// What it is called, printable already.
    pub title: String,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// Renders a matrix for a terminal of this many columns: titles, and columns of one width. As many of them stand side by
/// side as fit; then come the others, below. What is too long for its column is cut.
#[must_use]
pub fn matrix(corner: &str, columns: &[String], rows: &[MatrixRow], width: usize) -> String {
    let mut out = String::new();
    let (narrowest, widest) = MATRIX_COLUMN;
    let gap = GAP.len();
    let room = width.saturating_sub(narrowest + gap);
    let longest = rows.iter().map(|row| row.title.chars().count()).max();
    let titles = longest.unwrap_or(0).clamp(
        corner.chars().count(),
        MATRIX_TITLE.1.min(room.max(MATRIX_TITLE.0)),
    );
    let room = width.saturating_sub(titles);
    let side_by_side = (room / (narrowest + gap)).max(1);
    for (chunk, columns) in columns.chunks(side_by_side).enumerate() {
        let column = (room / columns.len())
            .saturating_sub(gap)
            .clamp(narrowest, widest);
        let mut line = |title: &str, cells: &mut dyn Iterator<Item = (&str, Option<Style>)>| {
            let mut line = pad(title, titles);
            for (text, style) in cells {
                line.push_str(GAP);
                line.push_str(&paint(&pad(text, column), style));
            }
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{}", line.trim_end());
        };
        line(
            corner,
            &mut columns.iter().map(|name| (name.as_str(), None)),
        );
        for row in rows {
            let cells = || {
                row.cells
                    .iter()
                    .skip(chunk * side_by_side)
                    .take(columns.len())
            };
            line(
                &row.title,
                &mut cells().map(|cell| (cell.text.as_str(), cell.style)),
            );
            if cells().any(|cell| cell.below.is_some()) {
                let below = cells().map(|cell| (cell.below.as_deref().unwrap_or_default(), None));
                line("", &mut { below });
            }
        }
        out.push('\n');
    }
    out
}

/// A text as a terminal shows it in this style.
#[must_use]
pub fn paint(text: &str, style: Option<Style>) -> String {
    match style {
        Some(Style(number)) => format!("\u{1b}[{number}m{text}\u{1b}[0m"),
        None => text.to_owned(),
    }
}

/// A text of exactly this many characters: filled up, or cut.
fn pad(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return format!("{text}{}", " ".repeat(width - count));
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits() {
        let rows = [
            ["a".to_owned(), "one two three four five six".to_owned()],
            ["longer".to_owned(), String::new()],
        ];
        let wide = "  name    what\n  a       one two three four five\n          six\n  longer\n";
        assert_eq!(render(["name", "what"], &rows, 34), wide);
        let narrow = "  a\n    what: one two\n      three four\n      five six\n  longer\n";
        assert_eq!(render(["name", "what"], &rows, 22), narrow);
    }
}
