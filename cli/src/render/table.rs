//! Tables: drawn on a terminal, separated by tabs in a pipe, so that `cut` and `awk` work.

use super::words::harmless;
use crate::screen::Screen;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Attribute, Cell, ContentArrangement};

/// Rows under named columns.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(columns: [&str; N]) -> Self {
        Self {
            columns: columns.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Its cells may hold what others wrote: nothing in them steers the terminal.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len(), "a row has a cell for each column");
        self.rows.push(cells.iter().map(|cell| harmless(cell)).collect());
    }

    pub(crate) fn render(&self, screen: &Screen) -> String {
        if screen.is_terminal() {
            self.draw(screen.has_colour())
        } else {
            self.tabs()
        }
    }

    fn draw(&self, colour: bool) -> String {
        let mut table = comfy_table::Table::new();
        table
            .load_style(UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic);
        if !colour {
            table.force_no_tty();
        }
        table.set_header(
            self.columns
                .iter()
                .map(|name| Cell::new(name).add_attribute(Attribute::Bold)),
        );
        table.add_rows(&self.rows);
        table.to_string()
    }

    fn tabs(&self) -> String {
        let line = |cells: &Vec<String>| cells.iter().map(|cell| flat(cell)).collect::<Vec<_>>().join("\t");
        std::iter::once(&self.columns)
            .chain(&self.rows)
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// One cell stays in one column of one line.
fn flat(cell: &str) -> String {
    cell.replace(['\t', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gets_one_line_a_row() {
        let mut table = Table::new(["id", "title"]);
        table.row(["a".into(), "two\nlines\tand tabs".into()]);
        assert_eq!(table.tabs(), "id\ttitle\na\ttwo lines and tabs");
    }

    #[test]
    fn no_cell_steers_the_terminal() {
        let mut table = Table::new(["name"]);
        table.row(["\u{1b}[2JEve\u{9b}31m".into()]);
        assert_eq!(table.tabs(), "name\n\u{fffd}[2JEve\u{fffd}31m");
        assert!(!table.draw(false).contains(['\u{1b}', '\u{9b}']));
    }
}
