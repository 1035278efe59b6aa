//! Pictures of curves, as SVG: written by a program, and the same on every machine.

use std::fmt::Write as _;

const SIZE: f64 = 320.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 40.0;

/// A ROC curve: points of false alarms and attacks found, each from 0 to 1, and the point at which the product stands.
#[must_use]
pub(super) fn roc(title: &str, points: &[(f64, f64)], own: (f64, f64), area: f64) -> String {
    let place = |(x, y): (f64, f64)| (LEFT + x * SIZE, TOP + (1.0 - y) * SIZE);
    let mut line = String::new();
    for point in thinned(points) {
        let (x, y) = place(point);
        let _ = write!(line, "{}{x:.1},{y:.1}", if line.is_empty() { "" } else { " " });
    }
    let (own_x, own_y) = place(own);
    let (right, bottom) = (LEFT + SIZE, TOP + SIZE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"420\" height=\"420\" viewBox=\"0 0 420 420\" \
         font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n<title>ROC of {title}</title>\n\
         <rect width=\"420\" height=\"420\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"14\">{title}, area {area:.4}</text>\n"
    );
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (x, y) = place((tick, tick));
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.0}H{right}M{x:.0} {TOP}V{bottom}\" stroke=\"#ddd\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{tick}</text>\
             <text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{tick}</text>",
            LEFT - 6.0,
            y + 4.0,
            bottom + 18.0
        );
    }
    let _ = writeln!(
        svg,
        "<path d=\"M{LEFT} {bottom}L{right} {TOP}\" stroke=\"#bbb\" stroke-dasharray=\"4\"/>\n\
         <polyline points=\"{line}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n\
         <circle cx=\"{own_x:.1}\" cy=\"{own_y:.1}\" r=\"5\" fill=\"#c30\"/>\n\
         <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">share of ordinary ones that are found; the point is the \
         product's limit</text>\n\
         <text x=\"16\" y=\"{:.0}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {:.0})\">share of attacks that are \
         found</text>\n</svg>",
        LEFT + SIZE / 2.0,
        bottom + 38.0,
        TOP + SIZE / 2.0,
        TOP + SIZE / 2.0
    );
    svg
}

/// Points that can be told apart in a picture.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (number, point) in points.iter().enumerate() {
        let far = kept.last().is_none_or(|last| (last.0 - point.0).abs() + (last.1 - point.1).abs() > 0.004);
        if far || number + 1 == points.len() {
            kept.push(*point);
        }
    }
    kept
}
