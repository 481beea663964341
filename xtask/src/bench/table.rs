//! Figures in columns: on the terminal, and as markdown.
//!
//! In: cells as text. Out: the same text, aligned. It must not know what the figures mean.

/// A table: the first column is words, the others are figures.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns.
    pub(crate) fn new(head: &[&str]) -> Table {
        Table {
            head: head.iter().map(|name| (*name).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let rule = self
            .widths()
            .iter()
            .map(|&width| "-".repeat(width))
            .collect();
        let rows = [&self.head, &rule].into_iter().chain(&self.rows);
        rows.map(|cells| self.line(cells, "  ").trim_end().to_owned() + "\n")
            .collect()
    }

    /// For a page.
    pub(crate) fn markdown(&self) -> String {
        let rule = |(at, width): (usize, usize)| match at {
            0 => "-".repeat(width),
            _ => "-".repeat(width.max(2) - 1) + ":",
        };
        let rule = self.widths().into_iter().enumerate().map(rule).collect();
        let rows = [&self.head, &rule].into_iter().chain(&self.rows);
        rows.map(|cells| format!("| {} |\n", self.line(cells, " | ")))
            .collect()
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let rows = std::iter::once(&self.head).chain(&self.rows);
            rows.filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        (0..self.head.len()).map(width).collect()
    }

    fn line(&self, cells: &[String], between: &str) -> String {
        let padded: Vec<String> = self
            .widths()
            .into_iter()
            .enumerate()
            .map(|(column, width)| {
                let cell = cells.get(column).map_or("", String::as_str);
                match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                }
            })
            .collect();
        padded.join(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["what", "ms"]);
        table.row(vec!["größe".into(), "1.5".into()]);
        table.row(vec!["a".into(), "10.25".into()]);
        assert_eq!(
            table.text(),
            "what      ms\n-----  -----\ngröße    1.5\na      10.25\n"
        );
        assert_eq!(
            table.markdown(),
            "| what  |    ms |\n| ----- | ----: |\n| größe |   1.5 |\n| a     | 10.25 |\n"
        );
    }
}
