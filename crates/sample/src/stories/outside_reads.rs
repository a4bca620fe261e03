//! An analyst's session reads merchants' statements, which nobody does from outside the office.

use crate::activity::sessions::{Door, sign_in};
use crate::people;
use crate::services::s3;
use crate::time::Seconds;
use crate::world::{OFFICE, PROD};

use super::Tale;

/// An address nobody here has.
const OUTSIDE: &str = "198.51.100.201";

pub(super) fn tell(tale: &mut Tale) {
    let person = people::named("emma.novak");
    let place = tale.recorder.world.place(PROD, 0);
    let bucket = place.bucket("statements");
    let mut time = tale.before(0, 14, 25);
    let mut seat = sign_in(&mut tale.recorder, person, PROD, time, OUTSIDE, Door::Shell);
    seat.caller = seat.session.caller(OUTSIDE, "rclone/v1.71.1");
    time += 70;
    let list = s3::list_buckets(&mut tale.recorder.dice, place);
    tale.recorder.emit(place, time, &seat.caller, list);
    for _ in 0..37 {
        time += Seconds::from(tale.recorder.dice.between(2, 9));
        let key = s3::object_key(&mut tale.recorder.dice, bucket);
        let call = s3::get_object(&mut tale.recorder.dice, place, bucket, &key);
        tale.recorder.emit(place, time, &seat.caller, call);
    }
    tale.note(
        "outside-reads",
        "Statements were read from outside the office",
        format!("37 objects of {bucket} were read from {OUTSIDE} under the session of {}.", person.address()),
        format!("event:GetObject requestParameters.bucketName:{bucket} -ip:{OFFICE}"),
    );
}
