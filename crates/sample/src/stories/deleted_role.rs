//! An IAM role vanishes. Whoever did it came through two other roles; only the chain or the source identity tells who.

use std::sync::Arc;

use crate::activity::sessions::{Door, assume, for_service, sign_in};
use crate::failure;
use crate::identity::{Origin, Session};
use crate::people;
use crate::services::{app, iam, sts};
use crate::time::DAY;
use crate::world::{PROD, SECURITY};

use super::Tale;

/// The role that is deleted.
const VICTIM: &str = "ledger-reconciler";

pub(super) fn tell(tale: &mut Tale) {
    let world = tale.recorder.world;
    let person = people::named("hugo.silva");
    let (home, prod, global) = (world.place(SECURITY, 0), world.place(PROD, 0), world.global(PROD));
    used_until_then(tale);

    let mut time = tale.before(1, 4, 10);
    let own = sign_in(&mut tale.recorder, person, SECURITY, time, person.home, Door::Shell);
    time += 95;
    let first = world.role(prod.account, "/", "platform-maintenance");
    let source = person.address();
    let first = assume(&mut tale.recorder, &own, (home, prod), first, "maintenance", &source, time);
    time += 30;
    let second = world.role(prod.account, "/", "iam-janitor");
    let seat = assume(&mut tale.recorder, &first, (prod, prod), second, "janitor", &source, time);
    let policy = format!("arn:aws:iam::{}:policy/ledger-read", prod.account);
    for call in [
        iam::plain("ListRoles"),
        iam::get_role(VICTIM),
        iam::list_attached(VICTIM),
        iam::detach_role_policy(VICTIM, &policy),
        iam::list_inline(VICTIM),
        iam::delete_role_policy(VICTIM, "reconcile"),
        iam::delete_role(VICTIM),
    ] {
        time += 6;
        tale.recorder.emit(global, time, &seat.caller, call);
    }
    tale.note(
        "deleted-role",
        "An IAM role vanished",
        format!(
            "{source} deleted {VICTIM} as iam-janitor, which was reached through platform-maintenance from another account."
        ),
        "event:DeleteRole".to_owned(),
    );
    missed_afterwards(tale, time);
}

/// Every night the role was used.
fn used_until_then(tale: &mut Tale) {
    let world = tale.recorder.world;
    let prod = world.place(PROD, 0);
    for day in 2..8 {
        let time = tale.before(day, 7, 30);
        let key = tale.recorder.dice.session_key();
        let session = Session {
            role: world.role(prod.account, "/", VICTIM),
            name: "nightly".to_owned(),
            key,
            since: time,
            mfa: false,
            origin: Origin::Plain,
        };
        let session = for_service(&mut tale.recorder, "ecs-tasks.amazonaws.com", prod, session);
        let caller = session.caller_inside("10.0.1.77", "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64 exec-env/AWS_ECS_FARGATE", &prod.endpoint);
        for step in 1..4 {
            let call = app::table_item(&mut tale.recorder.dice, prod, "ledger");
            tale.recorder.emit(prod, time + 20 * step, &caller, call);
        }
    }
}

/// The next runs fail, since there is nothing left to assume.
fn missed_afterwards(tale: &mut Tale, deleted: crate::time::Seconds) {
    let world = tale.recorder.world;
    let prod = world.place(PROD, 0);
    let key = tale.recorder.dice.session_key();
    let time = deleted + DAY / 6;
    let session = Session {
        role: world.role(prod.account, "/", "ledger-task"),
        name: "ledger-scheduler".to_owned(),
        key,
        since: time,
        mfa: false,
        origin: Origin::Plain,
    };
    let session = for_service(&mut tale.recorder, "ecs-tasks.amazonaws.com", prod, session);
    let caller = session.caller("203.0.113.200", "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64 exec-env/AWS_ECS_FARGATE");
    let gone = Session { role: world.role(prod.account, "/", VICTIM), name: "nightly".to_owned(), ..session };
    for retry in 1..4 {
        let message = failure::denial(&caller, "sts:AssumeRole", &gone.role.arn());
        let call = sts::assume_role(&mut tale.recorder.dice, prod, &gone, None);
        let call = call.unread().fail("AccessDenied", message);
        tale.recorder.emit(prod, time + 30 * retry, &Arc::clone(&caller), call);
    }
}
