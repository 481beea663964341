//! The figures as lines: what stands in the `d` of an SVG path, and where words have room.
//!
//! In: [`Figures`], the size of a box. Out: paths in whole numbers, zero at the bottom. It knows no colour and no word.

use super::figures::{COLUMNS, Column, Figures, Mark, MarkName, Pause, Row};

impl Figures {
    /// Returns the place of a moment on a line of this width; `at` in milliseconds since the request.
    pub fn x(&self, at: u32, width: u32) -> u32 {
        (u64::from(width) * u64::from(at.min(self.ms)) / u64::from(self.ms)) as u32
    }

    /// A line through one figure of every column, the highest at the top.
    pub fn path(&self, width: u32, height: u32, of: fn(&Column) -> u32) -> String {
        let top = self.top(of);
        let mut path = String::new();
        for (index, column) in self.columns.iter().enumerate() {
            let x = u64::from(width) * index as u64 / (COLUMNS as u64 - 1);
            let y = height.saturating_sub(scaled(of(column), top, height));
            point(&mut path, x as u32, y);
        }
        path
    }

    /// A bar for every column in which there is something; the least is a hair's breadth high.
    pub fn bars(&self, width: u32, height: u32, of: fn(&Column) -> u32) -> String {
        let top = self.top(of);
        let mut path = String::new();
        for (index, column) in self.columns.iter().enumerate() {
            let value = of(column);
            if value > 0 {
                let x = |index: usize| (u64::from(width) * index as u64 / COLUMNS as u64) as u32;
                let wide = x(index + 1).saturating_sub(x(index));
                bar(
                    &mut path,
                    x(index),
                    wide,
                    height,
                    scaled(value, top, height),
                );
            }
        }
        path
    }

    /// The histogram of the gaps, a bar for each length.
    pub fn gap_bars(&self, width: u32, height: u32) -> String {
        let top = self.histogram.iter().copied().max().unwrap_or(0);
        let wide = width / self.histogram.len() as u32;
        let mut path = String::new();
        for (index, gaps) in self.histogram.iter().enumerate() {
            if *gaps > 0 {
                let x = wide * index as u32;
                bar(
                    &mut path,
                    x + wide / 8,
                    wide - wide / 4,
                    height,
                    scaled(*gaps, top, height),
                );
            }
        }
        path
    }

    /// Events with text per second, as a line from the first text to the last; and ten times the highest.
    pub fn rate_path(&self, width: u32, height: u32) -> (String, u32) {
        let rates = self.rates(40);
        let tenths = |row: &Row| match row {
            Row::Rate { at, to, tenths } => Some((*at, *to, *tenths)),
            _ => None,
        };
        let top = rates.iter().filter_map(tenths).map(|rate| rate.2).max();
        let top = top.unwrap_or(0);
        let mut path = String::new();
        for (at, to, rate) in rates.iter().filter_map(tenths) {
            let y = height.saturating_sub(scaled(rate, top, height));
            point(&mut path, self.x(at, width), y);
            point(&mut path, self.x(to, width), y);
        }
        (path, top)
    }

    /// The gaps as boxes of full height, the longest left out: it stands apart.
    pub fn gap_boxes(&self, width: u32, height: u32) -> String {
        let mut path = String::new();
        for gap in self.gaps.iter().filter(|gap| Some(**gap) != self.biggest) {
            let (from, to) = self.span(*gap, width);
            bar(&mut path, from, to.saturating_sub(from), height, height);
        }
        path
    }

    /// Returns the places where a gap begins and ends on a line of this width.
    pub fn span(&self, gap: Pause, width: u32) -> (u32, u32) {
        (
            self.x(gap.at, width),
            self.x(gap.at.saturating_add(gap.ms), width),
        )
    }

    /// The marks as lines of full height.
    pub fn mark_lines(&self, width: u32, height: u32) -> String {
        let mut path = String::new();
        for mark in &self.marks {
            let x = self.x(mark.at, width).to_string();
            path.push('M');
            path.push_str(&x);
            path.push_str(" 0v");
            path.push_str(&height.to_string());
        }
        path
    }

    /// The marks that have `room` for a word, each with its place, the end and the first text before all others. A word begins
    /// at its mark; near the end of the line it ends there.
    pub fn labels(&self, width: u32, room: u32) -> Vec<(Mark, u32)> {
        let mut labels: Vec<(Mark, u32)> = Vec::new();
        let begins = |x: u32| {
            if x.saturating_add(room) > width {
                x.saturating_sub(room)
            } else {
                x
            }
        };
        let rank = |mark: &&Mark| match mark.name {
            MarkName::End => 0,
            MarkName::FirstText => 1,
            _ => 2,
        };
        let mut marks: Vec<&Mark> = self.marks.iter().collect();
        marks.sort_by_key(rank);
        for mark in marks {
            let x = self.x(mark.at, width);
            let free = |(_, other): &(Mark, u32)| begins(x).abs_diff(begins(*other)) >= room;
            if labels.iter().all(free) {
                labels.push((*mark, x));
            }
        }
        labels.sort_by_key(|(mark, _)| mark.at);
        labels
    }

    fn top(&self, of: fn(&Column) -> u32) -> u32 {
        self.columns.iter().map(of).max().unwrap_or(0)
    }
}

fn scaled(value: u32, top: u32, height: u32) -> u32 {
    let scaled = (u64::from(height) * u64::from(value) / u64::from(top.max(1))) as u32;
    if value > 0 { scaled.max(1) } else { 0 }
}

fn point(path: &mut String, x: u32, y: u32) {
    path.push(if path.is_empty() { 'M' } else { 'L' });
    path.push_str(&x.to_string());
    path.push(' ');
    path.push_str(&y.to_string());
}

fn bar(path: &mut String, x: u32, wide: u32, bottom: u32, high: u32) {
    path.push('M');
    path.push_str(&x.to_string());
    path.push(' ');
    path.push_str(&bottom.to_string());
    path.push_str("v-");
    path.push_str(&high.to_string());
    path.push('h');
    path.push_str(&wide.max(1).to_string());
    path.push('v');
    path.push_str(&high.to_string());
    path.push('z');
}
