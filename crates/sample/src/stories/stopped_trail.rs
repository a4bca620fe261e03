//! A trail is stopped, and started again by the security team. It is not the organisation's trail, whose files these are.

use crate::activity::sessions::{Door, sign_in};
use crate::event::Call;
use crate::json::json;
use crate::people;
use crate::services::audit;
use crate::time::Seconds;
use crate::world::PROD;

use super::Tale;

const TRAIL: &str = "payments-audit";

pub(super) fn tell(tale: &mut Tale) {
    let place = tale.recorder.world.place(PROD, 0);
    let person = people::named("jonas.weber");
    let mut time = tale.before(2, 2, 9);
    let seat = sign_in(&mut tale.recorder, person, PROD, time, &person.office_ip(), Door::Console);
    time += 60;
    for call in [audit::describe_trails(), audit::trail_status(place, TRAIL)] {
        tale.recorder.emit(place, time, &seat.caller, call);
    }
    time = tale.before(2, 2, 0);
    tale.recorder.emit(place, time, &seat.caller, audit::stop_logging(place, TRAIL));
    tale.note(
        "stopped-trail",
        "A trail was stopped",
        format!("{} stopped {TRAIL}; the security team started it again 47 minutes later.", person.address()),
        "event:StopLogging,StartLogging".to_owned(),
    );

    let guard = people::named("ines.moreau");
    time += 38 * 60;
    let seat = sign_in(&mut tale.recorder, guard, PROD, time, &guard.office_ip(), Door::Console);
    let selectors =
        Call::read("cloudtrail", "GetEventSelectors", json!({"trailName": (audit::trail_arn(place, TRAIL))}));
    for (step, call) in [
        audit::describe_trails(),
        audit::trail_status(place, TRAIL),
        selectors,
        audit::lookup_events(&mut tale.recorder.dice, time),
    ]
    .into_iter()
    .enumerate()
    {
        tale.recorder.emit(place, time + 30 * step as Seconds, &seat.caller, call);
    }
    let time = tale.before(2, 1, 13);
    tale.recorder.emit(place, time, &seat.caller, audit::start_logging(place, TRAIL));
    tale.recorder.emit(place, time + 3, &seat.caller, audit::trail_status(place, TRAIL));
}
