//! What goes on in an hour: units of activity are drawn until the hour has its events.

pub mod deployment;
mod machines;
mod pages;
mod people;
mod scanner;
mod services;
pub mod sessions;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::dice::Dice;
use crate::event::{Call, Event};
use crate::failure;
use crate::identity::Caller;
use crate::people::Zone;
use crate::recorder::Recorder;
use crate::rhythm::{Mix, Unit};
use crate::time::{HOUR, Seconds};
use crate::world::{PROD, Place, SECURITY, STAGING, World};

use sessions::Seat;

/// All ordinary events of the hour that starts at `start`.
pub fn events_of_hour(world: &World, start: Seconds, count: u64) -> Vec<Event> {
    let dice = Dice::new(world.seed, start.div_euclid(HOUR).unsigned_abs());
    let mut hour = Hour {
        recorder: Recorder::new(world, dice, count as usize, start, start + HOUR - 1),
        start,
        seats: BTreeMap::new(),
    };
    let mix = Mix::at(start);
    while !hour.recorder.full() {
        match mix.draw(&mut hour.recorder.dice) {
            Unit::Europe => people::work(&mut hour, Zone::Europe),
            Unit::America => people::work(&mut hour, Zone::America),
            Unit::Deployment => deployment::run(&mut hour),
            Unit::Script => machines::script(&mut hour),
            Unit::Server => machines::server(&mut hour),
            Unit::Function => machines::function(&mut hour),
            Unit::Service => services::run(&mut hour),
            Unit::Scanner => scanner::run(&mut hour),
        }
    }
    hour.recorder.events
}

/// An hour being filled. Credentials live for the hour, so that hours do not depend on each other.
pub(crate) struct Hour<'w> {
    recorder: Recorder<'w>,
    start: Seconds,
    /// Open sessions by kind and up to three numbers.
    seats: BTreeMap<(char, usize, usize, usize), Rc<Seat>>,
}

impl<'w> Hour<'w> {
    fn dice(&mut self) -> &mut Dice {
        &mut self.recorder.dice
    }

    fn world(&self) -> &'w World {
        self.recorder.world
    }

    /// A moment of the hour, early enough that something can still follow.
    fn moment(&mut self) -> Seconds {
        self.start + Seconds::from(self.recorder.dice.below(3500))
    }

    /// A moment of the hour at which a session is already open.
    fn moment_in(&mut self, seat: &Seat) -> Seconds {
        let since = seat.session.since;
        let left = (self.start + HOUR - since).max(1) as u32;
        since + 1 + Seconds::from(self.recorder.dice.below(left))
    }

    /// The open session of this name, or a new one.
    fn seat(
        &mut self,
        name: (char, usize, usize, usize),
        open: impl FnOnce(&mut Recorder<'w>, Seconds) -> Seat,
    ) -> Rc<Seat> {
        if let Some(seat) = self.seats.get(&name) {
            return Rc::clone(seat);
        }
        let time = self.moment();
        let seat = Rc::new(open(&mut self.recorder, time));
        self.seats.insert(name, Rc::clone(&seat));
        seat
    }

    /// A place, the busy ones more often.
    fn somewhere(&mut self) -> &'w Place {
        let account = [PROD, STAGING, SECURITY][self.dice().weighted([62, 30, 8].into_iter())];
        let region = self.dice().weighted([66, 24, 10].into_iter());
        self.world().place(account, region)
    }

    /// Records a call that in `denied` of a thousand cases is refused, and in `unlucky` goes wrong otherwise.
    fn emit(
        &mut self,
        (place, time): (&Place, Seconds),
        caller: &Arc<Caller>,
        call: Call,
        (denied, unlucky): (u32, u32),
    ) {
        let roll = self.dice().below(1000);
        let call = if roll < denied {
            failure::deny(&mut self.recorder.dice, place, caller, call)
        } else if roll < denied + unlucky {
            failure::mishap(&mut self.recorder.dice, place, call)
        } else {
            call
        };
        self.recorder.emit(place, time, caller, call);
    }
}
