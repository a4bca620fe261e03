//! Collects events, and gives each its ids.

use std::sync::Arc;

use crate::dice::Dice;
use crate::event::{Call, Event, Kind};
use crate::identity::Caller;
use crate::services::sts::get_caller_identity;
use crate::time::Seconds;
use crate::world::{Place, World};

/// Takes events until it has as many as were asked for.
pub struct Recorder<'w> {
    /// The organisation.
    pub world: &'w World,
    /// Random choices of this stretch of time.
    pub dice: Dice,
    /// What was recorded so far, in no particular order, as in real log files.
    pub events: Vec<Event>,
    room: usize,
    first: Seconds,
    last: Seconds,
}

impl<'w> Recorder<'w> {
    /// Records at most `room` events; their times are kept within `first..=last`.
    pub fn new(world: &'w World, dice: Dice, room: usize, first: Seconds, last: Seconds) -> Recorder<'w> {
        Recorder { world, dice, events: Vec::with_capacity(room.min(10_000)), room, first, last }
    }

    /// Whether there is room for nothing more.
    pub fn full(&self) -> bool {
        self.events.len() >= self.room
    }

    /// Records a call. Once full, further events are dropped.
    pub fn emit(&mut self, place: &Place, time: Seconds, caller: &Arc<Caller>, call: Call) {
        self.push(place, time, caller, call, String::new());
    }

    /// Records one call in two accounts: in the caller's as it is, in the other's as seen from there.
    pub fn emit_shared(
        &mut self,
        (here, caller): (&Place, &Arc<Caller>),
        (there, seen): (&Place, &Arc<Caller>),
        time: Seconds,
        mut call: Call,
    ) {
        if self.room - self.events.len().min(self.room) == 1 {
            // Half of a pair would be a lie: the last event is one that stands alone.
            let alone = get_caller_identity(&mut self.dice, here);
            self.emit(here, time, caller, alone);
            return;
        }
        let shared = self.dice.uuid();
        call.request_id = self.dice.uuid();
        self.push(here, time, caller, call.clone(), shared.clone());
        self.push(there, time, seen, call, shared);
    }

    fn push(&mut self, place: &Place, time: Seconds, caller: &Arc<Caller>, mut call: Call, shared: String) {
        if self.full() {
            return;
        }
        // Sign-in records have no request id.
        if call.request_id.is_empty() && call.kind != Kind::ConsoleSignIn {
            call.request_id = self.dice.uuid();
        }
        self.events.push(Event {
            time: time.clamp(self.first, self.last),
            account: place.account_index,
            region: place.index,
            caller: Arc::clone(caller),
            call,
            id: self.dice.uuid(),
            shared,
        });
    }
}
