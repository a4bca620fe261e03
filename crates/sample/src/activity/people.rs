//! People at work: in the console, in a shell, with Terraform.

use std::rc::Rc;

use crate::people::{Habit, PEOPLE, Person, TERRAFORM, Zone};
use crate::services::{ec2, iam, operations, s3, sts};
use crate::time::Seconds;
use crate::world::{PROD, Place};

use super::sessions::{Door, Seat, assume, at_home, sign_in};
use super::{Hour, pages};

/// Somebody from this zone works for a while.
pub fn work(hour: &mut Hour, zone: Zone) {
    let (index, person) = loop {
        let index = hour.dice().below(PEOPLE.len() as u32) as usize;
        if PEOPLE[index].zone == zone {
            break (index, &PEOPLE[index]);
        }
    };
    let granted: Vec<usize> = person.accounts().collect();
    let account = *hour.dice().pick(&granted);
    // Everybody opens the console now and then.
    let habit = if hour.dice().per_mille(250) { Habit::Console } else { person.habit };
    match habit {
        Habit::Console => console(hour, index, person, account),
        Habit::Shell => shell(hour, index, person, account),
        Habit::Terraform if person.grants[account] == "PlatformEngineer" => {
            plan(hour, index, person, account)
        }
        Habit::Terraform => shell(hour, index, person, account),
    }
}

fn seat(hour: &mut Hour, index: usize, person: &Person, account: usize, door: Door) -> Rc<Seat> {
    let name = (if door == Door::Console { 'c' } else { 's' }, index, account, 0);
    hour.seat(name, |recorder, time| {
        let home = at_home(recorder.world, person, time);
        let ip = if home { person.home.to_owned() } else { person.office_ip() };
        sign_in(recorder, person, account, time, &ip, door)
    })
}

/// In how many of a thousand calls a permission is missing, by permission set.
fn refusals(set: &str) -> u32 {
    match set {
        "AdministratorAccess" | "PlatformEngineer" => 12,
        "ReadOnlyAccess" | "Billing" | "StatementsAnalyst" => 90,
        _ => 55,
    }
}

fn may_change(set: &str) -> bool {
    matches!(set, "AdministratorAccess" | "PlatformEngineer" | "PowerUserAccess")
}

fn region(hour: &mut Hour) -> usize {
    hour.dice().weighted([70, 22, 8].into_iter())
}

fn console(hour: &mut Hour, index: usize, person: &Person, account: usize) {
    let seat = seat(hour, index, person, account, Door::Console);
    let set = person.grants[account];
    let odds = (refusals(set), 45);
    let region = region(hour);
    let place = hour.world().place(account, region);
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(1, 3) {
        let chrome = operations::console_chrome(hour.dice(), time);
        hour.emit((place, time), &seat.caller, chrome, (0, 5));
        let (global, calls) = pages::open(hour.dice(), place, set, time);
        let page = if global { hour.world().global(account) } else { place };
        for call in calls {
            hour.emit((page, time), &seat.caller, call, odds);
            time += Seconds::from(hour.dice().below(2));
        }
        if set == "StatementsAnalyst" && account == PROD {
            read_statements(hour, person, &seat, time);
        }
        // Those who may not change things try now and then, and are refused.
        let (share, odds) = if may_change(set) { (220, (6, 10)) } else { (25, (1000, 0)) };
        if hour.dice().per_mille(share) {
            let call = pages::change(hour.dice(), place);
            hour.emit((place, time + 9), &seat.caller, call, odds);
        }
        time += Seconds::from(hour.dice().between(15, 240));
    }
}

/// The analyst reads merchants' statements, which is allowed from the office only.
fn read_statements(hour: &mut Hour, person: &Person, seat: &Seat, time: Seconds) {
    if at_home(hour.world(), person, time) {
        return;
    }
    let place = hour.world().place(PROD, 0);
    let bucket = place.bucket("statements");
    for step in 0..hour.dice().between(1, 6) {
        let key = s3::object_key(hour.dice(), bucket);
        let call = s3::get_object(hour.dice(), place, bucket, &key);
        hour.recorder.emit(place, time + Seconds::from(4 * step), &seat.caller, call);
    }
}

fn shell(hour: &mut Hour, index: usize, person: &Person, account: usize) {
    let seat = seat(hour, index, person, account, Door::Shell);
    let odds = (refusals(person.grants[account]), 60);
    let region = region(hour);
    let place = hour.world().place(account, region);
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(3, 14) {
        let call = pages::command(hour.dice(), place, time);
        hour.emit((place, time), &seat.caller, call, odds);
        time += Seconds::from(hour.dice().between(2, 50));
    }
    if may_change(person.grants[account]) && hour.dice().per_mille(300) {
        let call = pages::change(hour.dice(), place);
        hour.emit((place, time), &seat.caller, call, odds);
    }
}

/// `terraform plan`, under a role that carries the person's name as source identity.
fn plan(hour: &mut Hour, index: usize, person: &Person, account: usize) {
    let own = seat(hour, index, person, account, Door::Shell);
    let seat = hour.seat(('t', index, account, 0), |recorder, time| {
        let place = recorder.world.place(account, 0);
        let role = recorder.world.role(place.account, "/", "terraform");
        let time = time.max(own.session.since + 1);
        let mut seat =
            assume(recorder, &own, (place, place), role, "terraform-plan", &person.address(), time);
        seat.caller = seat.session.caller(&own.caller.ip, TERRAFORM);
        seat
    });
    let region = region(hour);
    let place = hour.world().place(account, region);
    let mut time = hour.moment_in(&seat);
    let identity = sts::get_caller_identity(hour.dice(), place);
    hour.recorder.emit(place, time, &seat.caller, identity);
    for _ in 0..hour.dice().between(2, 4) {
        for call in refresh(hour, place) {
            let page = if call.source == "iam" { hour.world().global(account) } else { place };
            hour.emit((page, time), &seat.caller, call, (12, 60));
        }
        time += Seconds::from(hour.dice().between(1, 3));
    }
}

/// What Terraform reads to compare the world with its state.
fn refresh(hour: &mut Hour, place: &Place) -> Vec<crate::event::Call> {
    let dice = hour.dice();
    match dice.below(4) {
        0 => ec2::network_page(dice, place),
        1 => {
            let role = iam::role_name(dice, place);
            let [policy, version] = iam::policy_reads(place, "application");
            vec![iam::get_role(&role), iam::list_attached(&role), iam::list_inline(&role), policy, version]
        }
        2 => operations::balancers(dice, place),
        _ => s3::bucket_page(dice, place),
    }
}
