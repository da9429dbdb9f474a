//! Tables for people: columns as wide as what stands in them.

use unicode_width::UnicodeWidthStr;

/// The lines of a table; the last column is not filled up.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let head = head.map(str::to_owned);
    let all: Vec<&[String; N]> = std::iter::once(&head).chain(rows).collect();
    let widths: [usize; N] = std::array::from_fn(|column| {
        all.iter().map(|row| row[column].width()).max().unwrap_or_default()
    });
    all.iter().map(|row| line(row, &widths)).collect()
}

fn line<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn wide_characters_take_two_columns() {
        let rows = [["失败".to_owned(), "a".to_owned()], ["sent".to_owned(), "b".to_owned()]];
        assert_eq!(table(["状态", "x"], &rows), ["状态  x", "失败  a", "sent  b"]);
    }
}
