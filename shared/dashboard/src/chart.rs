//! Charts as inline SVG. Each has a text that says the same, and stands beside the numbers in words.

use maud::{Markup, html};

/// Bars side by side, each with a label; `title` says what they show.
pub(crate) fn bars(title: &str, values: &[(String, u64)]) -> Markup {
    const HEIGHT: u64 = 60;
    const WIDTH: usize = 12;
    let most = values.iter().map(|(_, value)| *value).max().unwrap_or_default().max(1);
    let said: Vec<_> = values.iter().filter(|(_, v)| *v > 0).map(|(label, v)| format!("{label}: {v}")).collect();
    let text = if said.is_empty() { format!("{title}: none") } else { format!("{title}: {}", said.join(", ")) };
    let width = values.len() * WIDTH;
    html! {
        svg.chart role="img" aria-label=(text) viewBox={ "0 0 " (width) " " (HEIGHT + 4) } preserveAspectRatio="none" {
            @for (place, (label, value)) in values.iter().enumerate() {
                @let height = value * HEIGHT / most;
                @if *value > 0 {
                    rect.bar x=(place * WIDTH + 1) y=(HEIGHT - height) width=(WIDTH - 2) height=(height.max(1)) {
                        title { (label) ": " (value) }
                    }
                }
            }
            line.axis x1="0" x2=(width) y1=(HEIGHT + 1) y2=(HEIGHT + 1) {}
        }
    }
}

/// A line through percentages, the oldest first.
pub(crate) fn trend(title: &str, values: &[(String, u64)]) -> Markup {
    const STEP: usize = 60;
    let said: Vec<_> = values.iter().map(|(label, value)| format!("{label}: {value} %")).collect();
    let width = values.len().max(1) * STEP;
    let at = |place: usize, value: u64| (place * STEP + STEP / 2, 104 - value.min(100));
    let points: Vec<_> =
        values.iter().enumerate().map(|(i, (_, v))| at(i, *v)).map(|(x, y)| format!("{x},{y}")).collect();
    html! {
        svg.chart.trend role="img" aria-label={ (title) ": " (said.join(", ")) } viewBox={ "0 0 " (width) " 110" } {
            line.axis x1="0" x2=(width) y1="105" y2="105" {}
            polyline.line points=(points.join(" ")) {}
            @for (place, (label, value)) in values.iter().enumerate() {
                @let (x, y) = at(place, *value);
                circle.dot cx=(x) cy=(y) r="3" { title { (label) ": " (value) " %" } }
            }
        }
    }
}
