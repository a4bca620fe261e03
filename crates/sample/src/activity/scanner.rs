//! The security team's posture scanner: a function in their account that assumes a role in every other one.

use crate::identity::{Origin, Session};
use crate::services::audit;
use crate::time::Seconds;
use crate::world::{PROD, SECURITY, STAGING};

use super::Hour;
use super::sessions::{Seat, assume_plain, for_service};

const AGENT: &str = "Boto3/1.40.55 md/Botocore#1.40.55 ua/2.1 os/linux#5.10.245-267.974.amzn2.x86_64 md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/AWS_Lambda_python3.13 m/D,b,Z cfg/retry-mode#adaptive Botocore/1.40.55";

/// One pass over one account.
pub fn run(hour: &mut Hour) {
    let account = *hour.dice().pick(&[PROD, STAGING, SECURITY]);
    let home = hour.world().place(SECURITY, 0);
    let own = hour.seat(('p', 0, 0, 0), |recorder, time| {
        let name = "posture-scanner".to_owned();
        let role = recorder.world.role(home.account, "/", "posture-scanner-function");
        let origin = Origin::Function { arn: home.arn("lambda", "function:posture-scanner") };
        let key = recorder.dice.session_key();
        let session = Session { role, name, key, since: time, mfa: false, origin };
        let session = for_service(recorder, "lambda.amazonaws.com", home, session);
        let caller = session.caller("203.0.113.210", AGENT);
        Seat { session, caller }
    });
    let seat = hour.seat(('q', account, 0, 0), |recorder, time| {
        let place = recorder.world.place(account, 0);
        let role = recorder.world.role(place.account, "/", "OrganizationScanner");
        let time = time.max(own.session.since + 1);
        assume_plain(recorder, &own, (home, place), role, "posture-scan", time)
    });
    let mut time = hour.moment_in(&seat);
    for _ in 0..hour.dice().between(12, 32) {
        let region = hour.dice().below(3) as usize;
        let place = hour.world().place(account, region);
        let call = audit::scan(hour.dice(), place);
        let at = if call.source == "iam" { hour.world().global(account) } else { place };
        hour.emit((at, time), &seat.caller, call, (70, 50));
        time += Seconds::from(hour.dice().below(3));
    }
}
