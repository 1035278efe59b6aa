//! Charts as inline SVG. Each has a text that says the same; its scale stands beside it as text, which stays readable
//! however wide the drawing becomes.

use maud::{Markup, html};

/// So high are the drawings, in units of their own.
const HEIGHT: u64 = 100;

/// Bars side by side, each with a label; `title` says what they show. Every `step`th label is written below: their number is a multiple of it.
pub(crate) fn bars(title: &str, values: &[(String, u64)], step: usize) -> Markup {
    const WIDTH: usize = 12;
    let most = values.iter().map(|(_, value)| *value).max().unwrap_or_default();
    let said: Vec<_> = values.iter().filter(|(_, v)| *v > 0).map(|(label, v)| format!("{label}: {v}")).collect();
    let text = if said.is_empty() { format!("{title}: none") } else { format!("{title}: {}", said.join(", ")) };
    let width = values.len() * WIDTH;
    html! {
        div.plot {
            div.scale aria-hidden="true" { span { (most) } span { "0" } }
            svg.chart role="img" aria-label=(text) viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" {
                (line(width, 0))
                (line(width, HEIGHT))
                @for (place, (label, value)) in values.iter().enumerate() {
                    @let height = value * HEIGHT / most.max(1);
                    @if *value > 0 {
                        rect.bar x=(place * WIDTH + 1) y=(HEIGHT - height.max(1)) width=(WIDTH - 2) height=(height.max(1)) {
                            title { (label) ": " (value) }
                        }
                    }
                }
            }
            // Each label begins where the first bar of its group does.
            div.labels.groups aria-hidden="true" { @for (label, _) in values.iter().step_by(step.max(1)) { span { (label) } } }
        }
    }
}

/// A line through percentages, the oldest first. The first and the last stand below it.
pub(crate) fn trend(title: &str, values: &[(String, u64)]) -> Markup {
    const STEP: usize = 60;
    let said: Vec<_> = values.iter().map(|(label, value)| format!("{label}: {value} %")).collect();
    let width = values.len().saturating_sub(1).max(1) * STEP;
    let at = |place: usize, value: u64| (place * STEP, HEIGHT - value.min(HEIGHT));
    let points: Vec<_> =
        values.iter().enumerate().map(|(i, (_, v))| at(i, *v)).map(|(x, y)| format!("{x},{y}")).collect();
    html! {
        div.plot {
            div.scale aria-hidden="true" { span { "100 %" } span { "50 %" } span { "0 %" } }
            svg.chart.trend role="img" aria-label={ (title) ": " (said.join(", ")) } viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" {
                (line(width, 0))
                (line(width, HEIGHT / 2))
                (line(width, HEIGHT))
                polyline.line points=(points.join(" ")) {}
                @for (place, (label, value)) in values.iter().enumerate() {
                    @let (x, y) = at(place, *value);
                    // A line of no length with round ends: a dot that stays round where the drawing is stretched.
                    path.dot d={ "M" (x) " " (y) "h0" } { title { (label) ": " (value) " %" } }
                }
            }
            div.labels aria-hidden="true" {
                @for text in said.first().into_iter().chain(said.last().filter(|_| said.len() > 1)) { span { (text) } }
            }
        }
    }
}

fn line(width: usize, y: u64) -> Markup {
    html! { line.axis x1="0" x2=(width) y1=(y) y2=(y) {} }
}
