//! What `docs/search.md` shows works as it says.

use cloudtrail::export::Column;
use cloudtrail::search::{Field, parse};

const DOCS: &str = include_str!("../../../../docs/search.md");

#[test]
fn every_example_of_the_guide_is_a_query() {
    let mut blocks = DOCS.split("```");
    let in_blocks: Vec<&str> =
        blocks.by_ref().skip(1).step_by(2).flat_map(|block| block.lines().skip(1)).collect();
    assert_eq!(in_blocks.len(), 6);
    let minute = DOCS.split("## ").nth(1).expect("the first section");
    let in_table = minute
        .lines()
        .filter_map(|line| line.strip_suffix("` |")?.rsplit_once("| `"))
        .map(|(_, query)| query);
    let examples: Vec<&str> = in_table.chain(in_blocks).collect();
    assert_eq!(examples.len(), 20);
    for example in examples {
        let query = parse(example).unwrap_or_else(|error| panic!("{example}: {error}"));
        assert_eq!(query.canonical(), example);
    }
}

#[test]
fn the_guide_knows_every_field_and_column() {
    for field in Field::ALL {
        assert!(DOCS.contains(&format!("| `{}` |", field.name())), "{}", field.name());
    }
    let exports = DOCS.split("## Exports").nth(1).expect("the last section");
    for column in Column::ALL {
        assert!(exports.contains(&format!("`{}`", column.heading())), "{}", column.heading());
    }
}
