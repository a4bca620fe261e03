//! Applications on instances and in functions, and scripts with long-term keys.

use std::sync::Arc;

use crate::event::Call;
use crate::identity::{self, Caller, Origin, Session};
use crate::json::{Raw, json};
use crate::services::{app, ec2, ec2_writes, kms, s3};
use crate::time::{HOUR, Seconds};
use crate::world::{PROD, Place, STAGING};

use super::Hour;
use super::sessions::{Seat, for_service};

const SDK_SERVER: &str =
    "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64 m/E";
const SDK_FUNCTION: &str =
    "aws-sdk-js/3.901.0 ua/2.1 os/linux lang/js md/nodejs#22.19.0 exec-env/AWS_Lambda_nodejs22.x m/E,T";
const AGENT: &str = "aws-sdk-go/1.55.7 (go1.24.6; linux; amd64) amazon-ssm-agent/3.3.3050.0";

/// The same identity, used by another service on its behalf.
fn through(caller: &Caller, service: &str) -> Arc<Caller> {
    let mut identity = caller.identity.clone();
    identity.0.pop();
    identity.0.push_str(&json!({"invokedBy": service}).0.replacen('{', ",", 1));
    Arc::new(Caller {
        identity,
        ip: service.to_owned(),
        agent: service.to_owned(),
        tls: false,
        endpoint: None,
        ..caller.clone()
    })
}

/// An application on an instance works for a moment.
pub fn server(hour: &mut Hour) {
    let place = hour.somewhere();
    let number = hour.dice().below(place.instances.len() as u32) as usize;
    let instance = &place.instances[number];
    let seat = hour.seat(('i', place.account_index, place.index, number), |recorder, time| {
        let role = recorder.world.role(place.account, "/", &format!("{}-instance", instance.app));
        let key = recorder.dice.session_key();
        let session = Session {
            role,
            name: instance.id.clone(),
            key,
            since: time,
            mfa: false,
            origin: Origin::Instance,
        };
        let session = for_service(recorder, "ec2.amazonaws.com", place, session);
        let caller = session.caller_inside(&instance.address, SDK_SERVER, &place.endpoint);
        Seat { session, caller }
    });
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(2, 5) {
        match hour.dice().weighted([24, 22, 14, 20, 20, 6].into_iter()) {
            0 => {
                let agent = seat.session.caller("203.0.113.200", AGENT);
                hour.recorder.emit(place, time, &agent, app::heartbeat(place, instance));
            }
            1 => {
                let call = app::get_parameter(hour.dice(), place, instance.app);
                hour.emit((place, time), &seat.caller, call, (0, 60));
                let context = json!({"PARAMETER_ARN": (app::parameter(place, instance.app, "database-url"))});
                decrypt(hour, place, time, &through(&seat.caller, "ssm.amazonaws.com"), context);
            }
            2 => read_secret(hour, place, time, &seat, instance.app),
            3 => store(hour, place, time, &seat, true),
            4 => store(hour, place, time, &seat, false),
            _ => {
                let call = app::messaging(hour.dice(), place, instance.app);
                hour.emit((place, time), &seat.caller, call, (16, 30));
            }
        }
        time += Seconds::from(hour.dice().between(1, 90));
    }
}

fn decrypt(hour: &mut Hour, place: &Place, time: Seconds, caller: &Arc<Caller>, context: Raw) {
    let call = kms::decrypt(hour.dice(), place, context);
    hour.recorder.emit(place, time, caller, call);
}

fn read_secret(hour: &mut Hour, place: &Place, time: Seconds, seat: &Seat, app_name: &str) {
    let secret = place.secrets.iter().find(|secret| secret.contains(app_name)).unwrap_or(&place.secrets[0]);
    let call = app::get_secret(secret);
    hour.emit((place, time), &seat.caller, call, (14, 30));
    let context = kms::secret_context(hour.dice(), secret);
    decrypt(hour, place, time, &through(&seat.caller, "secretsmanager.amazonaws.com"), context);
}

/// Reads or writes an object, and the key that encrypts it. Statements are for people only.
fn store(hour: &mut Hour, place: &Place, time: Seconds, seat: &Seat, read: bool) {
    let buckets: Vec<&String> =
        place.buckets.iter().filter(|bucket| !bucket.contains("statements")).collect();
    let bucket = *hour.dice().pick(&buckets);
    let key = s3::object_key(hour.dice(), bucket);
    let context = kms::object_context(bucket, &key);
    let kms_caller = through(&seat.caller, "AWS Internal");
    let dice = hour.dice();
    let (call, key_call) = if read {
        (s3::get_object(dice, place, bucket, &key), kms::decrypt(dice, place, context))
    } else {
        (s3::put_object(dice, place, bucket, &key), kms::generate_data_key(dice, place, context))
    };
    hour.emit((place, time), &seat.caller, call, (24, 48));
    hour.recorder.emit(place, time, &kms_caller, key_call);
}

/// A Lambda function works for a moment.
pub fn function(hour: &mut Hour) {
    let place = hour.somewhere();
    let number = hour.dice().below(place.functions.len() as u32) as usize;
    let name = &place.functions[number];
    let app_name = place.apps[number / 2];
    let seat = hour.seat(('f', place.account_index, place.index, number), |recorder, time| {
        let role = recorder.world.role(place.account, "/", &format!("{name}-function"));
        let origin = Origin::Function { arn: place.arn("lambda", &format!("function:{name}")) };
        let key = recorder.dice.session_key();
        let session = Session { role, name: name.clone(), key, since: time, mfa: false, origin };
        let session = for_service(recorder, "lambda.amazonaws.com", place, session);
        let address = format!("10.{}.2.{}", 16 * place.account_index, 20 + number);
        let caller = session.caller_inside(&address, SDK_FUNCTION, &place.endpoint);
        Seat { session, caller }
    });
    let mut time = hour.moment_in(&seat);
    let invoker = identity::service("events.amazonaws.com");
    let invoke = app::invoke(hour.dice(), place);
    hour.recorder.emit(place, time, &invoker, invoke);
    for _ in 0..hour.dice().between(1, 5) {
        let call: Call = match hour.dice().below(6) {
            0 => app::create_log_stream(hour.dice(), name),
            1..=3 => app::table_item(hour.dice(), place, app_name),
            4 => app::get_parameter(hour.dice(), place, app_name),
            _ => app::describe_store(hour.dice(), place, app_name),
        };
        hour.emit((place, time), &seat.caller, call, (16, 80));
        time += Seconds::from(hour.dice().below(20));
    }
}

/// A script with a long-term key: the nightly backup in production, deployments of old in staging.
pub fn script(hour: &mut Hour) {
    let world = hour.world();
    let mut time = hour.moment();
    if hour.start.div_euclid(HOUR).rem_euclid(24) == 2 {
        let place = world.place(PROD, 0);
        let agent = "Boto3/1.40.49 md/Botocore#1.40.49 ua/2.1 os/linux#6.1.0-40-amd64 md/arch#x86_64 lang/python#3.11.2 md/pyimpl#CPython m/N,Z,b cfg/retry-mode#legacy Botocore/1.40.49";
        let caller = identity::user(world, place.account, "backup-runner", "192.0.2.80", agent);
        let volumes = ec2::describe_volumes(hour.dice(), place);
        hour.recorder.emit(place, time, &caller, volumes);
        for _ in 0..hour.dice().between(4, 9) {
            time += 2;
            let call = ec2_writes::create_snapshot(hour.dice(), place, time);
            hour.emit((place, time), &caller, call, (0, 30));
        }
        hour.recorder.emit(place, time + 3, &caller, ec2::describe_snapshots(place));
    } else {
        let place = world.place(STAGING, 0);
        let agent = "aws-cli/1.32.101 Python/3.9.2 Linux/5.10.0-33-amd64 botocore/1.34.101";
        let caller = identity::user(world, place.account, "ci-deploy", "192.0.2.81", agent);
        let bucket = place.bucket("artifacts");
        for _ in 0..hour.dice().between(3, 8) {
            let key = s3::object_key(hour.dice(), bucket);
            let call = match hour.dice().below(3) {
                0 => s3::head_object(hour.dice(), place, bucket, &key),
                1 => s3::put_object(hour.dice(), place, bucket, &key),
                _ => ec2::describe_instances(hour.dice(), place),
            };
            hour.emit((place, time), &caller, call, (10, 30));
            time += Seconds::from(hour.dice().between(1, 12));
        }
    }
}
