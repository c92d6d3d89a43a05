//! Tables for terminals.

use std::fmt::Write as _;

use super::human::wrap;

/// Spaces between columns, and before the first.
const GAP: &str = "  ";

/// The narrowest last column that is still one.
const NARROWEST: usize = 14;

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
