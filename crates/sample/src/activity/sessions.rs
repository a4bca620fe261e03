//! How sessions come to be. Each leaves the event behind that made its access key, so that a chain can be walked.

use std::sync::Arc;

use crate::dice::Dice;
use crate::identity::{self, Caller, Origin, Session};
use crate::json::json;
use crate::people::Person;
use crate::recorder::Recorder;
use crate::services::sts;
use crate::time::{DAY, Seconds};
use crate::world::{MAIN_REGION, Place, Role, SECURITY, World};

/// A session and how it looks when it calls.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The credentials.
    pub session: Session,
    /// The caller.
    pub caller: Arc<Caller>,
}

/// How Identity Center hands out credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The console.
    Console,
    /// `aws sso login`.
    Shell,
}

/// The agent of Identity Center itself.
const PORTAL: &str = "aws-sdk-java/2.34.8 md/io#sync md/http#Apache md/internal ua/2.1 api/STS#2.34.x os/Linux#4.14.355-280.708.amzn2.x86_64 lang/java#17.0.17 md/OpenJDK_64-Bit_Server_VM#17.0.17+11-LTS md/vendor#Amazon.com_Inc. md/en_US m/E,N,AJ";

/// Whether somebody works from home on the day of `time`.
pub fn at_home(world: &World, person: &Person, time: Seconds) -> bool {
    let name = format!("desk/{}/{}", person.handle, time.div_euclid(DAY));
    Dice::named(world.seed, &name).per_mille(350)
}

/// The role of a permission set in an account.
pub fn permission_set(world: &World, account: usize, set: &str) -> Role {
    let id = world.accounts[account].id;
    let suffix = Dice::named(world.seed, &format!("set/{id}/{set}")).hex(16);
    world.role(
        id,
        &format!("/aws-reserved/sso.amazonaws.com/{MAIN_REGION}/"),
        &format!("AWSReservedSSO_{set}_{suffix}"),
    )
}

/// Somebody signs in to an account from `ip`: portal, AssumeRoleWithSAML, and for the console ConsoleLogin.
pub fn sign_in(
    recorder: &mut Recorder,
    person: &Person,
    account: usize,
    time: Seconds,
    ip: &str,
    door: Door,
) -> Seat {
    let world = recorder.world;
    let set = person.grants[account];
    let role = permission_set(world, account, set);
    let portal_place = world.place(SECURITY, 0);
    let place = world.place(account, 0);
    let user = person.user_id(world);
    let store =
        format!("arn:aws:identitystore::{}:identitystore/{}", portal_place.account, world.identity_store);
    let agent = if door == Door::Console { person.browser() } else { person.shell() };

    // One sign-in lasts a working day; every session made from it carries its ARN. Half of the people have clients
    // new enough to send it.
    let day = time.div_euclid(DAY);
    let mut of_the_day = Dice::named(world.seed, &format!("sign-in/{}/{day}", person.handle));
    let sign_in =
        format!("arn:aws:signin:{MAIN_REGION}:{}:session/{}", portal_place.account, of_the_day.uuid());
    let sign_in = (person.desk % 2 == 1).then_some(sign_in);

    let at_portal = identity::bare(
        json!({
            "type": "IdentityCenterUser",
            "accountId": (portal_place.account),
            "onBehalfOf": {"userId": (user), "identityStoreArn": (store)},
            "credentialId": (of_the_day.alnum(86))
        }),
        ip,
        agent,
    );
    if recorder.dice.per_mille(400) {
        recorder.emit(portal_place, time - 4, &at_portal, sts::portal("Authenticate", set, place.account));
    }
    let step = if door == Door::Console { "Federate" } else { "GetRoleCredentials" };
    recorder.emit(portal_place, time - 1, &at_portal, sts::portal(step, set, place.account));

    let session = Session {
        role,
        name: person.address(),
        key: recorder.dice.session_key(),
        since: time,
        mfa: false,
        origin: Origin::Person { user, store, sign_in },
    };
    let saml = identity::bare(
        json!({
            "type": "SAMLUser",
            "principalId": (format!("ZXhhbXBsZS1uYW1lLXF1YWw=:{}", person.address())),
            "userName": (person.address()),
            "identityProvider": "ZXhhbXBsZS1uYW1lLXF1YWw="
        }),
        "192.0.2.250",
        PORTAL,
    );
    let saml = Arc::new(Caller { tls: true, ..Caller::clone(&saml) });
    let call = sts::assume_role_with_saml(
        &mut recorder.dice,
        place,
        &session,
        &world.accounts[account].saml_provider,
    );
    recorder.emit(place, time, &saml, call);

    let caller = match door {
        Door::Console => session.caller_console(ip, agent),
        Door::Shell => session.caller(ip, agent),
    };
    if door == Door::Console {
        recorder.emit(place, time + 1, &caller, sts::console_login(place, "Success", false, None));
    }
    Seat { session, caller }
}

/// A session assumes a role, in its own account or in another one; `source` becomes or stays the source identity.
pub fn assume(
    recorder: &mut Recorder,
    from: &Seat,
    (here, there): (&Place, &Place),
    role: Role,
    name: &str,
    source: &str,
    time: Seconds,
) -> Seat {
    let session = Session {
        role,
        name: name.to_owned(),
        key: recorder.dice.session_key(),
        since: time,
        mfa: false,
        origin: Origin::Chained { source: source.to_owned() },
    };
    let call = sts::assume_role(&mut recorder.dice, here, &session, Some(source));
    emit_assume(recorder, from, (here, there), time, call);
    let caller = session.caller(&from.caller.ip, &from.caller.agent);
    Seat { session, caller }
}

/// As [`assume`], for machines, which carry no source identity.
pub fn assume_plain(
    recorder: &mut Recorder,
    from: &Seat,
    (here, there): (&Place, &Place),
    role: Role,
    name: &str,
    time: Seconds,
) -> Seat {
    let session = Session {
        role,
        name: name.to_owned(),
        key: recorder.dice.session_key(),
        since: time,
        mfa: false,
        origin: Origin::Plain,
    };
    let call = sts::assume_role(&mut recorder.dice, here, &session, None);
    emit_assume(recorder, from, (here, there), time, call);
    let caller = session.caller(&from.caller.ip, &from.caller.agent);
    Seat { session, caller }
}

fn emit_assume(
    recorder: &mut Recorder,
    from: &Seat,
    (here, there): (&Place, &Place),
    time: Seconds,
    call: crate::event::Call,
) {
    if here.account == there.account {
        recorder.emit(here, time, &from.caller, call);
        return;
    }
    // The account that owns the role sees only which account the caller is from.
    let seen = json!({
        "type": "AWSAccount", "principalId": (from.session.principal()), "accountId": (from.session.role.account)
    });
    let seen = Arc::new(Caller {
        tls: true,
        ..Caller::clone(&identity::bare(seen, &from.caller.ip, &from.caller.agent))
    });
    recorder.emit_shared((here, &from.caller), (there, &seen), time, call);
}

/// A service assumes a role for the thing that runs under it: an instance, a function, a task.
pub fn for_service(
    recorder: &mut Recorder,
    service: &'static str,
    place: &Place,
    session: Session,
) -> Session {
    let call = sts::assume_role_for_service(&session);
    let caller = identity::service(service);
    recorder.emit(place, session.since, &caller, call);
    session
}
