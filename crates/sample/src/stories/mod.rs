//! The stories: things that went wrong, at fixed distances from the end of the sample, for people and tests to find.

mod address_burst;
mod deleted_role;
mod denied_deployment;
mod outside_reads;
mod small;
mod stolen_role;
mod stopped_instance;
mod stopped_trail;

use crate::dice::Dice;
use crate::event::Event;
use crate::insight::Insight;
use crate::recorder::Recorder;
use crate::time::{DAY, HOUR, Seconds};
use crate::world::World;

/// Something that happened in the sample, and the search that finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Short name that does not change, such as `stopped-instance`.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// One sentence.
    pub description: String,
    /// A search, in Waymark's search language, that shows it.
    pub query: String,
    /// When its central event happened.
    pub time: jiff::Timestamp,
    /// `eventID` of its central event.
    pub event_id: String,
}

/// Everything the stories add to the ordinary events.
pub struct Told {
    /// The events, sorted by time.
    pub events: Vec<Event>,
    /// The Insights that AWS reported about them.
    pub insights: Vec<Insight>,
    /// What happened, in the order of time.
    pub stories: Vec<Story>,
}

/// A pen for stories.
pub(crate) struct Tale<'w> {
    recorder: Recorder<'w>,
    insights: Vec<Insight>,
    stories: Vec<Story>,
    start: Seconds,
    end: Seconds,
    /// How many events the whole sample will have.
    total: u64,
}

/// Tells all stories of a sample of `total` events between `start` and the world's end.
pub fn tell(world: &World, start: Seconds, total: u64) -> Told {
    let end = world.end;
    let mut tale = Tale {
        recorder: Recorder::new(world, Dice::named(world.seed, "stories"), usize::MAX, start, end - 1),
        insights: Vec::new(),
        stories: Vec::new(),
        start,
        end,
        total,
    };
    // Each has dice of its own: a longer story does not change the others.
    for (name, story) in [
        ("root", small::root_login as fn(&mut Tale)),
        ("key", small::access_key),
        ("bucket", small::bucket),
        ("login", small::failed_login),
        ("trail", stopped_trail::tell),
        ("burst", address_burst::tell),
        ("role", deleted_role::tell),
        ("group", small::open_group),
        ("reads", outside_reads::tell),
        ("stolen", stolen_role::tell),
        ("instance", stopped_instance::tell),
        ("deployment", denied_deployment::tell),
    ] {
        tale.recorder.dice = Dice::named(world.seed, &format!("story/{name}"));
        story(&mut tale);
    }
    let mut events = tale.recorder.events;
    events.sort_by_key(|event| event.time);
    tale.stories.sort_by_key(|story| story.time);
    Told { events, insights: tale.insights, stories: tale.stories }
}

impl Tale<'_> {
    /// The moment this long before the end.
    fn before(&self, days: Seconds, hours: Seconds, minutes: Seconds) -> Seconds {
        self.end - days * DAY - hours * HOUR - minutes * 60
    }

    /// Notes that the event recorded last is the heart of a story.
    fn note(&mut self, id: &'static str, title: &'static str, description: String, query: String) {
        let Some(event) = self.recorder.events.last() else { return };
        self.stories.push(Story {
            id,
            title,
            description,
            query,
            time: jiff::Timestamp::from_second(event.time).unwrap_or_default(),
            event_id: event.id.clone(),
        });
    }
}
