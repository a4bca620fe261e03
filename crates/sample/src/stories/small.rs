//! Small things that somebody who watches an account wants to see.

use std::sync::Arc;

use crate::activity::sessions::{Door, sign_in};
use crate::identity::{self, Caller};
use crate::json::json;
use crate::people;
use crate::services::{ec2_writes, iam, operations, s3, sts};
use crate::world::{SECURITY, STAGING};

use super::Tale;

/// The root user signs in, with a second factor.
pub(super) fn root_login(tale: &mut Tale) {
    let place = tale.recorder.world.global(SECURITY);
    let person = people::named("ines.moreau");
    let root = identity::root(place.account, &person.office_ip(), person.browser(), None);
    let device = format!("arn:aws:iam::{}:mfa/root-account-mfa-device", place.account);
    let time = tale.before(6, 3, 40);
    tale.recorder.emit(place, time, &root, sts::console_login(place, "Success", true, Some(&device)));
    tale.note(
        "root-login",
        "The root user signed in",
        format!("From the office, with MFA, in account {}.", place.account),
        "userIdentity.type:Root".to_owned(),
    );
    let inside = identity::root(place.account, &person.office_ip(), person.browser(), Some(time));
    let inside = Arc::new(Caller { console: true, ..Caller::clone(&inside) });
    for (step, call) in operations::costs_page().into_iter().enumerate() {
        tale.recorder.emit(place, time + 30 + step as i64, &inside, call);
    }
}

/// Somebody makes an access key.
pub(super) fn access_key(tale: &mut Tale) {
    let place = tale.recorder.world.global(STAGING);
    let person = people::named("ana.lima");
    let time = tale.before(4, 6, 12);
    let seat = sign_in(&mut tale.recorder, person, STAGING, time, &person.office_ip(), Door::Shell);
    let call = iam::create_access_key(&mut tale.recorder.dice, "ci-deploy", time + 33);
    tale.recorder.emit(place, time + 33, &seat.caller, call);
    tale.note(
        "new-access-key",
        "An access key was created",
        format!("{} created a key for ci-deploy in staging.", person.address()),
        "event:CreateAccessKey -error:*".to_owned(),
    );
}

/// Somebody makes a bucket.
pub(super) fn bucket(tale: &mut Tale) {
    let place = tale.recorder.world.place(STAGING, 0);
    let person = people::named("grace.kim");
    let time = tale.before(3, 2, 50);
    let seat = sign_in(&mut tale.recorder, person, STAGING, time, &person.office_ip(), Door::Console);
    let name = "example-staging-load-test-results";
    let call = s3::create_bucket(&mut tale.recorder.dice, place, name);
    tale.recorder.emit(place, time + 80, &seat.caller, call);
    tale.note(
        "new-bucket",
        "A bucket was created",
        format!("{} created {name}.", person.address()),
        "event:CreateBucket".to_owned(),
    );
    let block = s3::block_public_access(&mut tale.recorder.dice, place, name);
    tale.recorder.emit(place, time + 81, &seat.caller, block);
}

/// Somebody tries to sign in as an old IAM user.
pub(super) fn failed_login(tale: &mut Tale) {
    let place = tale.recorder.world.global(STAGING);
    let (principal, _) = tale.recorder.world.user_ids(place.account, "ops-legacy");
    let identity = json!({
        "type": "IAMUser", "principalId": (principal), "accountId": (place.account), "accessKeyId": "", "userName": "ops-legacy"
    });
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36";
    let caller = Arc::new(Caller {
        tls: true,
        ..Caller::clone(&identity::bare(identity, "2001:db8:ffff::66", agent))
    });
    for (attempt, seconds) in [0, 19, 51].into_iter().enumerate() {
        let mut call = sts::console_login(place, "Failure", false, None);
        // A failed sign-in has a message, but no error code.
        call.error = Some(("", "Failed authentication".to_owned()));
        let time = tale.before(2, 11, 5) + seconds;
        tale.recorder.emit(place, time, &caller, call);
        if attempt == 0 {
            tale.note(
                "failed-login",
                "Sign-ins to the console failed",
                "Three attempts as the IAM user ops-legacy from an unknown address.".to_owned(),
                "event:ConsoleLogin responseElements.ConsoleLogin:Failure".to_owned(),
            );
        }
    }
}

/// Somebody opens a security group to everybody.
pub(super) fn open_group(tale: &mut Tale) {
    let place = tale.recorder.world.place(STAGING, 0);
    let person = people::named("ben.okafor");
    let time = tale.before(1, 2, 22);
    let seat = sign_in(&mut tale.recorder, person, STAGING, time, person.home, Door::Console);
    let call =
        ec2_writes::authorize_ingress(&mut tale.recorder.dice, place, 22, "0.0.0.0/0", "ssh, just for today");
    tale.recorder.emit(place, time + 130, &seat.caller, call);
    tale.note(
        "open-group",
        "A security group was opened to everybody",
        format!("{} allowed port 22 from 0.0.0.0/0 in staging.", person.address()),
        "event:AuthorizeSecurityGroupIngress \"0.0.0.0/0\"".to_owned(),
    );
}
