//! Counts over time.

use cloudtrail::search::Histogram;
use plotters::prelude::*;

/// The picture's height in its own units; the frame stretches it.
const HEIGHT: i32 = 240;
/// A bar's share of the width, in the picture's own units, and the gap on either side of it.
const BAR: i32 = 12;
const GAP: i32 = 1;
/// A count that is not zero is at least this tall, so that one failure among thousands of calls can be seen.
const SEEN: i32 = 5;

/// The series from the axis up: its class, and the colour that stands for it while plotters draws.
const SERIES: [(&str, RGBColor); 3] = [
    ("histogram__reads", RGBColor(1, 0, 0)),
    ("histogram__writes", RGBColor(2, 0, 0)),
    ("histogram__errors", RGBColor(3, 0, 0)),
];

/// The bars as an SVG that fills its frame (`preserveAspectRatio="none"`): bar `i` of `n` spans `i/n` to `(i+1)/n`
/// of the width, and the height is [`super::ceiling`]. Series carry the classes `histogram__reads`,
/// `histogram__writes` and `histogram__errors`.
pub fn draw(histogram: &Histogram) -> String {
    let width = BAR * i32::try_from(histogram.buckets.len()).unwrap_or(i32::MAX / BAR).max(1);
    let mut svg = String::new();
    // Drawing into a string fails only for shapes that cannot be drawn, and these are rectangles; if it did, the
    // page would stand without bars, but with its axis, its links and its table.
    let drawn = bars(histogram, &mut svg, width);
    if drawn.is_err() {
        svg.clear();
    }
    for (class, color) in SERIES {
        let literal = format!("fill=\"#{:02X}{:02X}{:02X}\"", color.0, color.1, color.2);
        svg = svg.replace(&literal, &format!("class=\"{class}\""));
    }
    let shapes = svg.split_once('>').map_or("", |(_, shapes)| shapes);
    let shapes = shapes.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", "").replace('\n', "");
    let shapes = if shapes.is_empty() { "</svg>" } else { &shapes };
    format!(
        "<svg class=\"histogram__picture\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"100%\" height=\"100%\" \
         preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">{shapes}"
    )
}

fn bars(histogram: &Histogram, svg: &mut String, width: i32) -> Result<(), Box<dyn std::error::Error>> {
    let top = super::ceiling(histogram);
    let area =
        SVGBackend::with_string(svg, (width.unsigned_abs(), HEIGHT.unsigned_abs())).into_drawing_area();
    let mut left = 0;
    for bucket in &histogram.buckets {
        let mut base = HEIGHT;
        for (count, (_, color)) in [bucket.reads, bucket.writes, bucket.errors].into_iter().zip(SERIES) {
            let tall = height(count, top);
            if tall > 0 {
                let corners = [(left + GAP, (base - tall).max(0)), (left + BAR - GAP, base)];
                area.draw(&Rectangle::new(corners, color.filled()))?;
                base = (base - tall).max(0);
            }
        }
        left += BAR;
    }
    area.present()?;
    Ok(())
}

fn height(count: u64, top: u64) -> i32 {
    if count == 0 {
        return 0;
    }
    let share = count as f64 / top.max(1) as f64;
    ((share * f64::from(HEIGHT)).round() as i32).max(SEEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloudtrail::search::Bucket;
    use cloudtrail::time::{HOUR, Time};

    fn histogram(counts: &[(u64, u64, u64)]) -> Histogram {
        let start = |index: usize| Time::from_millis(index as i64 * HOUR);
        let buckets = counts
            .iter()
            .enumerate()
            .map(|(index, &(reads, writes, errors))| Bucket { start: start(index), reads, writes, errors })
            .collect();
        Histogram { from: start(0), to: start(counts.len()), step_ms: HOUR, buckets }
    }

    #[test]
    fn bars_are_stacked_and_carry_classes_only() {
        let counts = histogram(&[(50, 30, 20), (0, 0, 0), (0, 0, 1)]);
        let svg = draw(&counts);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
        assert!(svg.contains(r#"viewBox="0 0 36 240""#), "{svg}");
        // 50 + 30 + 20 of 100: from the bottom to the very top.
        for rectangle in [
            r#"<rect x="1" y="120" width="10" height="120" class="histogram__reads"/>"#,
            r#"<rect x="1" y="48" width="10" height="72" class="histogram__writes"/>"#,
            r#"<rect x="1" y="0" width="10" height="48" class="histogram__errors"/>"#,
            r#"<rect x="25" y="235" width="10" height="5" class="histogram__errors"/>"#,
        ] {
            assert!(svg.contains(rectangle), "{rectangle} in {svg}");
        }
        assert!(!svg.contains('#') && !svg.contains("style"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 4);
    }

    #[test]
    fn nothing_to_draw_is_an_empty_picture() {
        assert!(draw(&histogram(&[])).ends_with("\"></svg>"));
        assert!(!draw(&histogram(&[(0, 0, 0)])).contains("<rect"));
    }
}
