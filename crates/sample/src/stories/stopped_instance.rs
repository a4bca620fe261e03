//! Somebody stops an EC2 instance in production.

use crate::activity::sessions::{Door, sign_in};
use crate::people;
use crate::services::{ec2, ec2_writes};
use crate::world::PROD;

use super::Tale;

pub(super) fn tell(tale: &mut Tale) {
    let person = people::named("chloe.dubois");
    let place = tale.recorder.world.place(PROD, 0);
    let mut time = tale.before(0, 5, 26);
    let seat = sign_in(&mut tale.recorder, person, PROD, time, &person.office_ip(), Door::Console);
    time += 40;
    for call in ec2::instances_page(&mut tale.recorder.dice, place) {
        tale.recorder.emit(place, time, &seat.caller, call);
        time += 1;
    }
    // The second copy of the first application: the one she takes for its namesake in staging.
    let instance = &place.instances[1];
    time = tale.before(0, 5, 20);
    let call = ec2_writes::stop_instances(&mut tale.recorder.dice, instance);
    tale.recorder.emit(place, time, &seat.caller, call);
    tale.note(
        "stopped-instance",
        "Somebody stopped an EC2 instance in production",
        format!("{} stopped {} ({}) in the console.", person.address(), instance.name, instance.id),
        "event:StopInstances".to_owned(),
    );
    for step in 1..=3 {
        let call = ec2::describe_instances(&mut tale.recorder.dice, place);
        tale.recorder.emit(place, time + 5 * step, &seat.caller, call);
    }
}
