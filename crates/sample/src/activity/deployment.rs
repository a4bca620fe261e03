//! CI jobs that deploy, with a web identity instead of a key.

use std::sync::Arc;

use crate::event::Call;
use crate::identity::{self, Caller, Origin, Session};
use crate::json::json;
use crate::recorder::Recorder;
use crate::services::{deploy, sts};
use crate::time::{HOUR, Seconds};
use crate::world::{PROD, Place, STAGING};

use super::Hour;
use super::sessions::Seat;

const PROVIDER: &str = "token.actions.githubusercontent.com";
const AGENT: &str = "aws-cli/2.31.9 md/awscrt#0.27.6 ua/2.1 os/linux#6.11.0-1018-azure md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/CI m/C,Z,b cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off";

/// A job gets its credentials: AssumeRoleWithWebIdentity with the token of its run.
pub fn start_job(recorder: &mut Recorder, place: &Place, repository: &str, run: u32, time: Seconds) -> Seat {
    let provider = format!("arn:aws:iam::{}:oidc-provider/{PROVIDER}", place.account);
    let subject = format!("repo:example-org/{repository}:environment:{}", place.slug);
    let session = Session {
        role: recorder.world.role(place.account, "/", "github-deploy"),
        name: format!("{repository}-{run}"),
        key: recorder.dice.session_key(),
        since: time,
        mfa: false,
        origin: Origin::Federated { provider: provider.clone() },
    };
    let ip = format!("192.0.2.{}", recorder.dice.between(100, 180));
    let web = json!({
        "type": "WebIdentityUser",
        "principalId": (format!("{provider}:sts.amazonaws.com:{subject}")),
        "userName": (subject),
        "identityProvider": (provider)
    });
    let agent = "aws-sdk-js/3.896.0 ua/2.1 os/linux#6.11.0-1018-azure lang/js md/nodejs#24.8.0 api/sts#3.896.0 m/E configure-aws-credentials-for-github-actions";
    let caller = Arc::new(Caller { tls: true, ..Caller::clone(&identity::bare(web, &ip, agent)) });
    let call = sts::assume_role_with_web_identity(&mut recorder.dice, place, &session, &provider, &subject);
    recorder.emit(place, time, &caller, call);
    let caller = session.caller(&ip, AGENT);
    Seat { session, caller }
}

/// The calls of a deployment up to the moment where the service is switched over.
pub fn prepare(recorder: &mut Recorder, place: &Place, app: &str, time: Seconds) -> Vec<Call> {
    let dice = &mut recorder.dice;
    let mut calls = vec![sts::get_caller_identity(dice, place), deploy::registry_token()];
    calls.extend(deploy::push_image(dice, place, app));
    calls.extend(deploy::change_stack(dice, place, app));
    calls.push(deploy::get_function(&format!("{app}-worker")));
    calls.push(deploy::update_function(dice, place, &format!("{app}-worker"), time));
    calls.push(deploy::get_function(&format!("{app}-worker")));
    calls.push(deploy::register_task(dice, place, app));
    calls
}

/// A deployment that goes well, as nearly all do.
pub fn run(hour: &mut Hour) {
    // One of the stories takes the CI role's permission in production away: from then on nothing goes well there.
    let denied_from = hour.world().end - 4 * HOUR;
    let account = if hour.start < denied_from && hour.dice().per_mille(350) { PROD } else { STAGING };
    let place = hour.world().place(account, 0);
    let app = *hour.dice().pick(place.apps);
    let mut time = hour.moment();
    let run = 18_000 + hour.dice().below(900);
    let seat = start_job(&mut hour.recorder, place, app, run, time);
    for call in prepare(&mut hour.recorder, place, app, time) {
        time += Seconds::from(hour.dice().between(1, 9));
        hour.emit((place, time), &seat.caller, call, (0, 16));
    }
    let update = deploy::update_service(hour.dice(), place, app, time);
    hour.recorder.emit(place, time, &seat.caller, update);
    for _ in 0..3 {
        time += 15;
        hour.recorder.emit(
            place,
            time,
            &seat.caller,
            crate::services::operations::describe_service(place, app),
        );
    }
}
