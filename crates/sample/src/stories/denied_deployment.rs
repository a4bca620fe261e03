//! A deployment works up to one call and is denied from there: the policy was changed minutes before.

use crate::activity::deployment::{prepare, start_job};
use crate::activity::sessions::{Door, sign_in};
use crate::failure;
use crate::insight::{Insight, InsightKind, Share};
use crate::people;
use crate::services::{deploy, iam};
use crate::time::Seconds;
use crate::world::{PROD, Place};

use super::Tale;

const APP: &str = "payments-api";
/// The policy without `ecs:UpdateService`, which the one before had.
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Images","Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload","ecr:PutImage"],"Resource":"*"},{"Sid":"Deploy","Effect":"Allow","Action":["cloudformation:*ChangeSet","cloudformation:Describe*","lambda:UpdateFunctionCode","lambda:GetFunction","ecs:RegisterTaskDefinition","ecs:Describe*"],"Resource":"*"}]}"#;

pub(super) fn tell(tale: &mut Tale) {
    let world = tale.recorder.world;
    let (place, global) = (world.place(PROD, 0), world.global(PROD));
    let person = people::named("dev.patel");
    let time = tale.before(0, 3, 15);
    let seat = sign_in(&mut tale.recorder, person, PROD, time, &person.office_ip(), Door::Shell);
    for call in [iam::get_role("github-deploy"), iam::list_inline("github-deploy")] {
        tale.recorder.emit(global, time + 20, &seat.caller, call);
    }
    let changed = tale.before(0, 3, 12);
    let put = iam::put_role_policy("github-deploy", "deploy", POLICY);
    tale.recorder.emit(global, changed, &seat.caller, put);

    let (first, last, denied) = run(tale, place, 18_907, tale.before(0, 3, 0), true);
    // Somebody presses "re-run".
    let (_, last_again, denied_again) = run(tale, place, 18_908, tale.before(0, 2, 41), false);
    let (last, denied) = (last.max(last_again), denied + denied_again);

    let start = first.div_euclid(60) * 60;
    let minutes = (last - start) / 60 + 1;
    let average = denied as f64 / minutes as f64;
    let role = format!("arn:aws:sts::{}:assumed-role/github-deploy", place.account);
    let agent = tale.recorder.events.last().map(|event| event.caller.agent.clone()).unwrap_or_default();
    tale.insights.push(Insight {
        account: PROD,
        region: 0,
        kind: InsightKind::ErrorRate("AccessDeniedException"),
        source: "ecs.amazonaws.com",
        name: "UpdateService",
        start,
        end: start + minutes * 60,
        baseline: 0.0,
        first: 1.0,
        average,
        baseline_minutes: 7 * 24 * 60,
        identities: vec![(Share::new(&role, average), None)],
        agents: vec![(Share::new(&agent, average), None)],
        errors: (Vec::new(), Vec::new()),
    });
}

/// One run of the job. Gives the times of its first and last denial and how many there were.
fn run(tale: &mut Tale, place: &Place, number: u32, at: Seconds, note: bool) -> (Seconds, Seconds, u64) {
    let mut time = at;
    let seat = start_job(&mut tale.recorder, place, APP, number, time);
    for call in prepare(&mut tale.recorder, place, APP, time) {
        time += Seconds::from(tale.recorder.dice.between(2, 8));
        tale.recorder.emit(place, time, &seat.caller, call);
    }
    let service = place.arn("ecs", &format!("service/{}/{APP}", place.slug));
    let message = failure::denial(&seat.caller, "ecs:UpdateService", &service);
    let first = time + 5;
    for retry in 0..4 {
        time = first + [0, 8, 25, 60][retry];
        let call = deploy::update_service(&mut tale.recorder.dice, place, APP, time);
        let call = call.fail("AccessDeniedException", message.clone());
        tale.recorder.emit(place, time, &seat.caller, call);
        if note && retry == 0 {
            tale.note(
                "denied-deployment",
                "A deployment worked up to one call and was denied from there",
                "github-deploy may not call ecs:UpdateService since dev.patel@example.com changed its policy twelve minutes before.".to_owned(),
                "role:github-deploy error:AccessDenied*".to_owned(),
            );
        }
    }
    (first, time, 4)
}
