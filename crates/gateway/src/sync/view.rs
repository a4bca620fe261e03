//! An account's event history as one reader may see it.

use archive::Archive;
use cloudtrail::time::Time;

use super::pieces::Span;
use crate::{Attribute, GatewayError};

/// An account's event history as one reader may see it.
pub struct View {
    /// What may be read: only Regions that AWS shows to this reader too.
    pub archive: Archive,
    /// How it stands with each Region, in the gateway's order.
    pub regions: Vec<RegionView>,
    /// The part of the range that LookupEvents reaches, as far as it is kept.
    pub range: Span,
    /// By what AWS filtered what is not there without it; the rest of the search is Waymark's. `None`: by nothing but time.
    pub filter: Option<Attribute>,
    /// What of the range happened since then may not have been delivered yet.
    pub arriving: Option<Time>,
    /// What of the range happened before then is beyond what is kept, and is not fetched.
    pub kept_from: Option<Time>,
}

/// How it stands with a Region.
#[derive(Clone, Debug)]
pub struct RegionView {
    /// Its name.
    pub region: String,
    /// What may be read of it.
    pub state: RegionState,
    /// Everything that the search can find from here to the end of the range is there.
    pub back_to: Time,
    /// Whether something is being fetched, or will be by itself.
    pub is_fetching: bool,
    /// Why fetching ended before everything was there, if it did. What is there may be read all the same.
    pub trouble: Option<GatewayError>,
    /// Events fetched since the server started.
    pub fetched: u64,
}

/// What may be read of a Region.
#[derive(Clone, Debug)]
pub enum RegionState {
    /// What is there may be read.
    Open,
    /// AWS has not answered yet.
    Waiting,
    /// AWS refused, or could not be asked.
    Closed(GatewayError),
}

impl View {
    /// Whether more is on its way.
    pub fn is_fetching(&self) -> bool {
        self.regions.iter().any(|region| region.is_fetching || matches!(region.state, RegionState::Waiting))
    }
}
