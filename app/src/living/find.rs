//! Finding a text in a record that is shown as a tree.

/// A node's key and value in small letters, and where its subtree ends.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    /// The number of the first node behind this one's subtree.
    end: usize,
}

/// What a search found, by the numbers of the nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Nothing is searched for.
    idle: bool,
    hits: Vec<bool>,
    /// Hits, what contains them, and what they contain.
    shown: Vec<bool>,
    /// Nodes that contain a hit.
    opened: Vec<bool>,
    count: usize,
}

impl Text {
    pub fn new(key: &str, value: &str, end: usize) -> Text {
        Text { text: format!("{key}\n{value}").to_lowercase(), end }
    }
}

impl Found {
    /// Whether the node is one of those found.
    pub fn hits(&self, number: usize) -> bool {
        !self.idle && self.hits.get(number) == Some(&true)
    }

    /// Whether the node has nothing to do with what was found.
    pub fn hides(&self, number: usize) -> bool {
        !self.idle && self.shown.get(number) != Some(&true)
    }

    /// Whether a search wants the node unfolded, if there is one.
    pub fn opens(&self, number: usize) -> Option<bool> {
        (!self.idle).then(|| self.opened.get(number) == Some(&true))
    }

    /// How many were found, in words; nothing while nothing is searched for.
    pub fn say(&self) -> String {
        match (self.idle, self.count) {
            (true, _) => String::new(),
            (false, 0) => "nothing found".to_owned(),
            (false, count) => format!("{count} found"),
        }
    }
}

/// Finds a text, case aside, in keys and values.
pub fn find(texts: &[Text], needle: &str) -> Found {
    let needle = needle.trim().to_lowercase();
    if needle.is_empty() {
        return Found { idle: true, ..Found::default() };
    }
    let hits: Vec<bool> = texts.iter().map(|text| text.text.contains(&needle)).collect();
    let mut shown = vec![false; texts.len()];
    let mut opened = vec![false; texts.len()];
    let mut shown_until = 0;
    for (number, text) in texts.iter().enumerate() {
        let inside = number + 1..text.end.clamp(number + 1, texts.len());
        if hits[number] {
            shown_until = shown_until.max(inside.end);
        }
        opened[number] = hits[inside.clone()].contains(&true);
        shown[number] = hits[number] || opened[number] || number < shown_until;
    }
    let count = hits.iter().filter(|hit| **hit).count();
    Found { idle: false, hits, shown, opened, count }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a { b: "x", c { d: "Y" } }, e: "x"
    fn texts() -> Vec<Text> {
        let node = Text::new;
        vec![node("a", "", 4), node("b", "x", 2), node("c", "", 4), node("d", "Y", 4), node("e", "x", 5)]
    }

    #[test]
    fn a_search_shows_hits_and_the_way_to_them() {
        let found = find(&texts(), " y ");
        assert_eq!(found.hits, [false, false, false, true, false]);
        assert_eq!(found.shown, [true, false, true, true, false]);
        assert_eq!(found.opened, [true, false, true, false, false]);
        assert_eq!(found.say(), "1 found");
    }

    #[test]
    fn a_key_that_was_found_is_shown_with_what_it_holds() {
        let found = find(&texts(), "c");
        assert_eq!(found.shown, [true, false, true, true, false]);
        assert_eq!(found.opens(2), Some(false));
    }

    #[test]
    fn nothing_searched_hides_nothing() {
        let found = find(&texts(), "  ");
        assert!(!found.hides(1) && !found.hits(1) && found.opens(0).is_none() && found.say().is_empty());
        assert_eq!(find(&texts(), "zz").say(), "nothing found");
        assert!(find(&[], "zz").hides(0));
    }
}
