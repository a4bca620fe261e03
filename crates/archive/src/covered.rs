//! What of AWS's event history an archive holds: which times of which account and Region were fetched, and when.

use cloudtrail::time::{MINUTE, Time};

use crate::ArchiveError;
use crate::reader::Archive;

/// CloudTrail delivers late: what was younger than this when it was fetched may be incomplete. In milliseconds.
///
/// "Typically within an average of about 5 minutes", not guaranteed (CloudTrail User Guide, get-and-view-cloudtrail-log-files).
pub const ARRIVING: i64 = 15 * MINUTE;

/// A stretch of an account's event history in one Region that was fetched to its end: of the events that were there
/// when it was fetched, the archive has every one that fits.
///
/// CloudTrail delivers late, so that what happened within [`ARRIVING`] before `fetched` may be incomplete. A stretch that
/// ended before that is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The id of the AWS account.
    pub account: String,
    /// The AWS Region, such as `eu-west-1`.
    pub region: String,
    /// The key and the value of the one lookup attribute that LookupEvents was asked for; `None`: every event.
    pub attribute: Option<(String, String)>,
    /// Event times, half open: the first instant inside, and the first after.
    pub range: (Time, Time),
    /// When it was fetched. Pieces that touch become one if they are final, with the later of their times; those that are
    /// not do if this is the same, so that a run of pages had best give the same.
    pub fetched: Time,
}

impl Archive {
    /// What has been fetched of an account, in one Region or in all, by Region and time. Stretches of one attribute do
    /// not overlap: of two fetches of the same time, the later one counts.
    pub async fn covered(&self, account: &str, region: Option<&str>) -> Result<Vec<Covered>, ArchiveError> {
        let mut covered = self.catalog().covered(account, region).await?;
        if let Some(visible) = self.visible() {
            covered.retain(|covered| visible.allows(&covered.account, &covered.region));
        }
        Ok(covered)
    }
}

/// A stretch of time, half open, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub begins: i64,
    pub ends: i64,
    pub fetched: i64,
}

impl Piece {
    /// Whether all of it had arrived when it was fetched.
    fn is_final(&self) -> bool {
        self.ends <= self.fetched - ARRIVING
    }
}

/// Lays a new piece over known ones, which do not overlap each other. Where it overlaps one, the later fetch counts;
/// pieces that touch become one if they are final, or if none is and they were fetched at the same time. In order of
/// time.
pub fn lay_over(known: Vec<Piece>, new: Piece) -> Vec<Piece> {
    let (later, earlier): (Vec<Piece>, Vec<Piece>) =
        known.into_iter().partition(|known| known.fetched > new.fetched);
    let mut pieces = vec![new];
    for piece in &later {
        pieces = pieces.iter().flat_map(|new| without(*new, *piece)).collect();
    }
    pieces.extend(later);
    pieces.extend(earlier.iter().flat_map(|known| without(*known, new)));
    pieces.sort_by_key(|piece| piece.begins);
    pieces.dedup_by(|next, before| {
        // Of final pieces it does not matter any more when each was fetched: refreshing the newest events every half
        // minute must not leave a row each time.
        let alike = match (before.is_final(), next.is_final()) {
            (true, true) => true,
            (false, false) => before.fetched == next.fetched,
            _ => false,
        };
        let continues = before.ends == next.begins && alike;
        if continues {
            (before.ends, before.fetched) = (next.ends, before.fetched.max(next.fetched));
        }
        continues
    });
    pieces
}

/// What of a piece lies outside of another.
fn without(piece: Piece, other: Piece) -> impl Iterator<Item = Piece> {
    let before = Piece { ends: piece.ends.min(other.begins), ..piece };
    let after = Piece { begins: piece.begins.max(other.ends), ..piece };
    [before, after].into_iter().filter(|piece| piece.begins < piece.ends)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn piece(begins: i64, ends: i64, fetched: i64) -> Piece {
        Piece { begins, ends, fetched }
    }

    #[test]
    fn pieces_of_one_fetch_become_one() {
        let known = vec![piece(0, 10, 1), piece(20, 30, 1)];
        assert_eq!(lay_over(known, piece(10, 20, 1)), [piece(0, 30, 1)]);
        assert_eq!(lay_over(vec![piece(0, 10, 1)], piece(5, 20, 1)), [piece(0, 20, 1)]);
        assert_eq!(lay_over(vec![piece(0, 10, 1)], piece(11, 20, 1)), [piece(0, 10, 1), piece(11, 20, 1)]);
    }

    #[test]
    fn a_later_fetch_takes_the_place_of_an_earlier_one_where_they_overlap() {
        let inside = [piece(0, 4, 1), piece(4, 6, 2), piece(6, 10, 1)];
        assert_eq!(lay_over(vec![piece(0, 10, 1)], piece(4, 6, 2)), inside);
        assert_eq!(lay_over(vec![piece(4, 6, 1)], piece(0, 10, 2)), [piece(0, 10, 2)]);
        // Told in the other order it comes to the same.
        assert_eq!(lay_over(vec![piece(4, 6, 2)], piece(0, 10, 1)), inside);
        assert_eq!(lay_over(vec![piece(0, 10, 2)], piece(4, 6, 1)), [piece(0, 10, 2)]);
    }

    #[test]
    fn final_pieces_that_touch_become_one_whenever_they_were_fetched() {
        let fetched = |ends: i64| ends + ARRIVING;
        let known = vec![piece(0, 10, fetched(10)), piece(20, 30, fetched(500))];
        assert_eq!(lay_over(known, piece(10, 20, fetched(20))), [piece(0, 30, fetched(500))]);
        // What may still be arriving stays by itself.
        let arriving = piece(10, 20, fetched(19));
        let known = vec![piece(0, 10, fetched(10))];
        assert_eq!(lay_over(known.clone(), arriving), [known[0], arriving]);
        assert_eq!(
            lay_over(vec![known[0], arriving], piece(10, 20, fetched(20))),
            [piece(0, 20, fetched(20))]
        );
    }

    proptest! {
        #[test]
        fn each_instant_has_its_latest_fetch_and_no_two_pieces_are_one(
            given in prop::collection::vec((0..40_i64, 1..20_i64, 0..70_i64), 1..20)
        ) {
            let mut pieces: Vec<Piece> = Vec::new();
            // When each instant was last fetched, and whether all that was to come had arrived by then.
            let mut instants = [None; 60];
            for (begins, length, later) in given {
                let new = piece(begins, begins + length, ARRIVING + later);
                let touches = |piece: &Piece| piece.begins <= new.ends && piece.ends >= new.begins;
                let (touching, rest): (Vec<_>, Vec<_>) = pieces.into_iter().partition(touches);
                pieces = rest;
                let laid = lay_over(touching, new);
                for pair in laid.windows(2).filter(|pair| pair[0].ends == pair[1].begins) {
                    let differ = pair[0].is_final() != pair[1].is_final()
                        || !pair[0].is_final() && pair[0].fetched != pair[1].fetched;
                    prop_assert!(differ, "{:?}", pair);
                }
                pieces.extend(laid);
                pieces.sort_by_key(|piece| piece.begins);
                for instant in &mut instants[begins as usize..(begins + length) as usize] {
                    *instant = (*instant).max(Some(new.fetched));
                }
            }
            prop_assert!(pieces.windows(2).all(|pair| pair[0].ends <= pair[1].begins), "{:?}", pieces);
            for (at, fetched) in (0..).zip(instants) {
                let of = pieces.iter().find(|piece| (piece.begins..piece.ends).contains(&at));
                match (of, fetched) {
                    (None, None) => {}
                    // Final pieces have the latest time of all that became one; what is not has its own.
                    (Some(piece), Some(_)) if piece.is_final() => {}
                    (Some(piece), Some(fetched)) => prop_assert_eq!(piece.fetched, fetched),
                    (piece, fetched) => prop_assert!(false, "{}: {:?} {:?}", at, piece, fetched),
                }
                // Nothing is called final that was never fetched late enough.
                if let (Some(piece), Some(fetched)) = (of, fetched) {
                    prop_assert!(!piece.is_final() || at < fetched - ARRIVING, "{} {:?}", at, piece);
                }
            }
        }
    }
}
