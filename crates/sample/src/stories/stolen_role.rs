//! The credentials of an instance's role turn up at an unknown address and are tried on everything.

use crate::activity::sessions::for_service;
use crate::event::Call;
use crate::failure;
use crate::identity::{Origin, Session};
use crate::json::{NULL, json};
use crate::services::{app, ec2, iam, kms, s3, sts};
use crate::time::Seconds;
use crate::world::PROD;

use super::Tale;

/// Where the credentials are used.
const ADDRESS: &str = "198.51.100.77";
const AGENT: &str = "python-requests/2.25.1 pacu/1.6.0 Linux/5.10.0-kali9-amd64";

pub(super) fn tell(tale: &mut Tale) {
    let world = tale.recorder.world;
    let place = world.place(PROD, 0);
    let global = world.global(PROD);
    let instance = &place.instances[0];
    let mut time = tale.before(0, 9, 40);
    let key = tale.recorder.dice.session_key();
    let session = Session {
        role: world.role(place.account, "/", &format!("{}-instance", instance.app)),
        name: instance.id.clone(),
        key,
        since: time,
        mfa: false,
        origin: Origin::Instance,
    };
    let session = for_service(&mut tale.recorder, "ec2.amazonaws.com", place, session);
    let caller = session.caller(ADDRESS, AGENT);
    time += 11 * 60;

    let identity = sts::get_caller_identity(&mut tale.recorder.dice, global);
    tale.recorder.emit(global, time, &caller, identity);
    tale.note(
        "stolen-role",
        "A server's role was used from an unknown address",
        format!("{} was tried on many APIs from {ADDRESS}; most calls were denied.", session.arn()),
        format!("ip:{ADDRESS}"),
    );

    let mut attempts: Vec<(bool, bool, Call)> = Vec::new();
    let dice = &mut tale.recorder.dice;
    // Whether it is a global service, whether the role's policies allow it, and the call.
    for name in
        ["ListUsers", "ListRoles", "ListGroups", "GetAccountSummary", "GetAccountAuthorizationDetails"]
    {
        attempts.push((true, false, iam::plain(name)));
    }
    attempts.push((true, false, iam::create_access_key(dice, "backup-runner", time)));
    attempts.push((false, true, s3::list_buckets(dice, place)));
    for _ in 0..9 {
        let bucket = dice.pick(&place.buckets).clone();
        attempts.push((false, dice.per_mille(300), s3::get_bucket_acl(dice, place, &bucket)));
    }
    for secret in &place.secrets {
        attempts.push((false, secret.contains(instance.app), app::get_secret(secret)));
    }
    for app_name in place.apps {
        attempts.push((false, *app_name == instance.app, app::get_parameters(place, app_name)));
    }
    attempts.extend(app::functions_page(dice, place).into_iter().map(|call| (false, false, call)));
    attempts.extend(kms::keys_page(dice, place).into_iter().map(|call| (false, false, call)));
    attempts.extend(ec2::network_page(dice, place).into_iter().map(|call| (false, false, call)));
    attempts.push((true, false, Call::read("organizations", "ListAccounts", NULL)));
    let document =
        json!({"userName": "backup-runner", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    attempts.push((true, false, Call::write("iam", "AttachUserPolicy", document, NULL)));

    for (everywhere, allowed, call) in attempts {
        time += Seconds::from(tale.recorder.dice.between(3, 40));
        let at = if everywhere { global } else { place };
        let call = if allowed { call } else { failure::deny(&mut tale.recorder.dice, at, &caller, call) };
        tale.recorder.emit(at, time, &caller, call);
    }
    // Region after Region, looking for something to run on.
    for region in 0..3 {
        let at = world.place(PROD, region);
        for number in 0..6 {
            time += Seconds::from(tale.recorder.dice.between(1, 8));
            let call = match number {
                0 | 3 => ec2::describe_instances(&mut tale.recorder.dice, at),
                1 => ec2::describe_groups(at),
                2 => ec2::describe_snapshots(at),
                4 => Call::read("ec2", "DescribeKeyPairs", json!({"filterSet": {}, "keySet": {}})),
                _ => ec2::describe_volumes(&mut tale.recorder.dice, at),
            };
            let allowed = number == 0;
            let call = if allowed { call } else { failure::deny(&mut tale.recorder.dice, at, &caller, call) };
            tale.recorder.emit(at, time, &caller, call);
        }
    }
}
