//! Small charts as inline SVG, each with its numbers as a table beside it: nothing depends on seeing them, or on colour.

use maud::{Markup, html};

/// Size of a chart in its own units; the page scales it.
const WIDTH: u64 = 640;
const HEIGHT: u64 = 220;
const LEFT: u64 = 48;
const BOTTOM: u64 = 32;
const TOP: u64 = 12;

/// A line through points; the marks on it differ by line, so that lines are told apart without colour.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    /// Where along the axis, and how high; none where the value is left out.
    pub(super) points: Vec<(u64, Option<u64>)>,
    /// As a staircase: a value holds until the next.
    pub(super) steps: bool,
}

/// Where a line is expected to run: between the two heights, from one place along the axis to another.
pub(super) struct Band {
    /// Where it begins and where it ends, each with its least and its greatest height.
    pub(super) ends: [(u64, u64, u64); 2],
}

/// What a chart shows.
pub(super) struct Chart<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// What one should see in it.
    pub(super) told: String,
    pub(super) lines: Vec<Line<'a>>,
    /// Marks below the axis.
    pub(super) marks: Vec<(u64, String)>,
    /// The largest place along the axis, and the largest height.
    pub(super) most: (u64, u64),
    /// Bands that heights are held against.
    pub(super) bands: Vec<Band>,
    pub(super) unit: &'a str,
}

impl Chart<'_> {
    pub(super) fn render(&self) -> Markup {
        let title = format!("{}-title", self.id);
        let told = format!("{}-told", self.id);
        html! {
            svg role="img" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) aria-labelledby=(format!("{title} {told}")) {
                title id=(title) { (self.title) }
                desc id=(told) { (self.told) }
                @for band in &self.bands {
                    polygon class="band" points=(self.corners(band)) {}
                }
                @for height in [0, self.most.1 / 2, self.most.1] {
                    line class="grid" x1=(LEFT) x2=(WIDTH) y1=(self.y(height)) y2=(self.y(height)) {}
                    text class="tick" x=(LEFT - 6) y=(self.y(height) + 4) text-anchor="end" { (height) (self.unit) }
                }
                @for (at, mark) in &self.marks {
                    text class="tick" x=(self.x(*at)) y=(HEIGHT - 10) text-anchor="middle" { (mark) }
                }
                @for (number, line) in self.lines.iter().enumerate() {
                    path class=(format!("line line{number}")) d=(self.path(line)) {}
                    @for (at, height) in line.points.iter().filter(|_| !line.steps) {
                        @if let Some(height) = height {
                            (dot(number, self.x(*at), self.y(*height)))
                        }
                    }
                }
            }
            @if self.lines.len() > 1 {
                p.legend { @for (number, line) in self.lines.iter().enumerate() { span { (if number == 0 { "● " } else { "■ " }) (line.name) } " " } }
            }
        }
    }

    fn x(&self, at: u64) -> u64 {
        LEFT + 14 + at.min(self.most.0) * (WIDTH - LEFT - 36) / self.most.0.max(1)
    }

    fn y(&self, height: u64) -> u64 {
        HEIGHT - BOTTOM - height.min(self.most.1) * (HEIGHT - BOTTOM - TOP) / self.most.1.max(1)
    }

    fn corners(&self, band: &Band) -> String {
        let [(from, from_low, from_high), (until, until_low, until_high)] = band.ends;
        let corners = [
            (from, from_low),
            (until, until_low),
            (until, until_high),
            (from, from_high),
        ];
        let corners = corners.map(|(at, height)| format!("{},{}", self.x(at), self.y(height)));
        corners.join(" ")
    }

    fn path(&self, line: &Line<'_>) -> String {
        let mut path = String::new();
        let mut pen_down = false;
        let mut before = 0;
        for (at, height) in &line.points {
            let Some(height) = height else {
                pen_down = false;
                continue;
            };
            let (x, y) = (self.x(*at), self.y(*height));
            if !pen_down {
                path += &format!("M{x} {y}");
            } else if line.steps {
                path += &format!("L{x} {before}L{x} {y}");
            } else {
                path += &format!("L{x} {y}");
            }
            (pen_down, before) = (true, y);
        }
        path
    }
}

/// Round on the first line, square on the others.
fn dot(line: usize, x: u64, y: u64) -> Markup {
    html! {
        @if line == 0 {
            circle class="dot" cx=(x) cy=(y) r="4" {}
        } @else {
            rect class="dot" x=(x - 4) y=(y - 4) width="8" height="8" {}
        }
    }
}
