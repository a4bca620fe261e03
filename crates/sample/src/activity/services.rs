//! AWS services that work for themselves: scaling, recording, delivering, encrypting.

use crate::identity::{self, Origin, Session};
use crate::json::json;
use crate::services::{audit, ec2, ec2_writes, kms, operations, s3};
use crate::time::Seconds;
use crate::world::{Place, SECURITY, TRAIL_BUCKET};

use super::Hour;
use super::sessions::{Seat, for_service};

/// Some service does some of its work.
pub fn run(hour: &mut Hour) {
    let place = hour.somewhere();
    match hour.dice().weighted([30, 16, 20, 14, 8, 12].into_iter()) {
        0 => envelope(hour, place),
        1 => delivery(hour),
        2 => record(hour, place),
        3 => scale(hour, place),
        4 => network(hour, place),
        _ => containers(hour, place),
    }
}

/// A service that uses its service-linked role in this place; such sessions have no access key.
fn linked(
    hour: &mut Hour,
    place: &Place,
    service: &'static str,
    short: &str,
    role: &str,
    mark: usize,
) -> Seat {
    let seat = hour.seat(('l', place.account_index, place.index, mark), |recorder, time| {
        let session = Session {
            role: recorder.world.service_role(place.account, short, role),
            name: if mark == 1 { "AutoScaling".to_owned() } else { format!("{short}-session") },
            key: String::new(),
            since: time,
            mfa: false,
            origin: Origin::Service { service },
        };
        // The call that made the session names the key it was given, as everywhere.
        let key = recorder.dice.session_key();
        for_service(recorder, service, place, Session { key, ..session.clone() });
        let caller = session.caller_service(service);
        Seat { session, caller }
    });
    Seat::clone(&seat)
}

/// Envelope encryption: the bulk of all KMS events.
fn envelope(hour: &mut Hour, place: &Place) {
    let mut time = hour.moment();
    for _ in 0..hour.dice().between(2, 8) {
        let instance = ec2::any(hour.dice(), place);
        let (service, context) = match hour.dice().below(3) {
            0 => ("ebs.amazonaws.com", json!({"aws:ebs:id": (instance.volume)})),
            1 => (
                "rds.amazonaws.com",
                json!({"aws:rds:dbc-id": (format!("cluster-{}", instance.app.to_uppercase())), "aws:rds:db-id": (format!("db-{}", instance.app.to_uppercase()))}),
            ),
            _ => (
                "dynamodb.amazonaws.com",
                json!({"aws:dynamodb:tableName": (format!("{}-{}", place.slug, instance.app)), "aws:dynamodb:subscriberId": (place.account)}),
            ),
        };
        let caller = identity::service(service);
        let call = if hour.dice().per_mille(700) {
            kms::decrypt(hour.dice(), place, context)
        } else {
            kms::generate_data_key(hour.dice(), place, context)
        };
        hour.recorder.emit(place, time, &caller, call);
        time += Seconds::from(hour.dice().below(30));
    }
    if hour.dice().per_mille(3) {
        let caller = identity::account_service(place.account, "kms.amazonaws.com");
        let call = kms::rotate(hour.dice(), place);
        hour.recorder.emit(place, time, &caller, call);
    }
}

/// CloudTrail delivers log files: it asks for the bucket's ACL, writes, and has the object encrypted.
fn delivery(hour: &mut Hour) {
    let place = hour.world().place(SECURITY, 0);
    let caller = identity::service("cloudtrail.amazonaws.com");
    let time = hour.moment();
    let acl = s3::get_bucket_acl(hour.dice(), place, TRAIL_BUCKET);
    hour.recorder.emit(place, time, &caller, acl);
    for _ in 0..hour.dice().between(1, 3) {
        let key =
            format!("AWSLogs/{}/CloudTrail/{}.json.gz", crate::world::ORGANIZATION, hour.dice().alnum(16));
        let context = kms::object_context(TRAIL_BUCKET, &key);
        let call = kms::generate_data_key(hour.dice(), place, context);
        hour.recorder.emit(place, time + 1, &caller, call);
        let put = s3::put_object(hour.dice(), place, TRAIL_BUCKET, &key);
        hour.recorder.emit(place, time + 1, &caller, put);
    }
}

/// AWS Config looks at everything.
fn record(hour: &mut Hour, place: &Place) {
    let seat = linked(hour, place, "config.amazonaws.com", "config", "AWSServiceRoleForConfig", 0);
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(3, 7) {
        let call = audit::config_sweep(hour.dice(), place);
        let at = if call.source == "iam" { hour.world().global(place.account_index) } else { place };
        hour.emit((at, time), &seat.caller, call, (0, 80));
        time += Seconds::from(hour.dice().below(3));
    }
    let put = audit::put_evaluations(hour.dice(), place, time);
    hour.recorder.emit(place, time, &seat.caller, put);
}

/// Auto Scaling looks after its groups, and now and then starts or ends an instance.
fn scale(hour: &mut Hour, place: &Place) {
    let seat =
        linked(hour, place, "autoscaling.amazonaws.com", "autoscaling", "AWSServiceRoleForAutoScaling", 1);
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(2, 6) {
        let call = match hour.dice().below(10) {
            0 => ec2_writes::run_instances(hour.dice(), place, time),
            1 => ec2_writes::terminate_instances(hour.dice()),
            2..=5 => operations::target_health(hour.dice(), place),
            _ => ec2::describe_instances(hour.dice(), place),
        };
        hour.emit((place, time), &seat.caller, call, (0, 70));
        time += Seconds::from(hour.dice().between(1, 60));
    }
}

/// Lambda puts its interfaces into the VPC.
fn network(hour: &mut Hour, place: &Place) {
    let seat = linked(hour, place, "lambda.amazonaws.com", "lambda", "AWSServiceRoleForLambda", 2);
    let time = hour.moment_in(&seat);
    let call = ec2_writes::create_interface(hour.dice(), place, time);
    hour.recorder.emit(place, time, &seat.caller, call);
    let groups = ec2::describe_groups(place);
    hour.recorder.emit(place, time, &seat.caller, groups);
}

/// ECS keeps its services at strength.
fn containers(hour: &mut Hour, place: &Place) {
    let seat = linked(hour, place, "ecs.amazonaws.com", "ecs", "AWSServiceRoleForECS", 3);
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(2, 7) {
        let call = operations::target_health(hour.dice(), place);
        hour.emit((place, time), &seat.caller, call, (0, 60));
        time += Seconds::from(hour.dice().between(5, 90));
    }
}
