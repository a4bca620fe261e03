//! Console pages: one click is a burst of calls.

use crate::dice::Dice;
use crate::event::Call;
use crate::services::{app, audit, ec2, ec2_writes, iam, kms, operations, s3};
use crate::time::Seconds;
use crate::world::Place;

/// The calls of one page that somebody with this permission set opens. Global services come first in the tuple.
pub fn open(dice: &mut Dice, place: &Place, set: &str, time: Seconds) -> (bool, Vec<Call>) {
    match set {
        "Billing" => return (true, operations::costs_page()),
        "StatementsAnalyst" => return (false, s3::bucket_page(dice, place)),
        "SecurityAudit" => {
            return match dice.below(5) {
                0 => (true, iam::role_page(dice, place)),
                1 => (true, iam::users_page()),
                2 => (false, audit::cloudtrail_page(dice, place, time)),
                3 => (true, audit::organization_page()),
                _ => (false, audit::findings_page(dice)),
            };
        }
        _ => {}
    }
    match dice.weighted([18, 10, 8, 10, 8, 6, 10, 8, 7, 7, 4, 3, 3].into_iter()) {
        0 => (false, ec2::instances_page(dice, place)),
        1 => (false, ec2::instance_page(dice, place)),
        2 => (false, ec2::network_page(dice, place)),
        3 => (false, app::functions_page(dice, place)),
        4 => (false, operations::metrics_page(dice, place)),
        5 => (false, operations::logs_page(dice, place, time)),
        6 => (false, operations::containers_page(dice, place)),
        7 => (false, operations::databases_page(dice, place)),
        8 => (false, s3::bucket_page(dice, place)),
        9 => (true, iam::role_page(dice, place)),
        10 => (false, app::tables_page(dice, place)),
        11 => (false, app::secrets_page(dice, place)),
        _ => (false, kms::keys_page(dice, place)),
    }
}

/// A change somebody makes now and then.
pub fn change(dice: &mut Dice, place: &Place) -> Call {
    let app_name = *dice.pick(place.apps);
    match dice.below(5) {
        0 => ec2_writes::create_tags(dice, place),
        1 => app::put_parameter(dice, place, app_name),
        2 => operations::put_alarm(dice, place),
        3 => {
            let range = format!("10.{}.0.0/16", 16 * place.account_index);
            ec2_writes::authorize_ingress(dice, place, 5432, &range, "database from inside")
        }
        _ => ec2_writes::create_tags(dice, place),
    }
}

/// One command typed in a shell.
pub fn command(dice: &mut Dice, place: &Place, time: Seconds) -> Call {
    let app_name = *dice.pick(place.apps);
    match dice.below(12) {
        0..=2 => ec2::describe_instances(dice, place),
        3 => operations::describe_service(place, app_name),
        4 => app::get_parameters(place, app_name),
        5 => operations::scaling_groups(dice, place),
        6 => ec2::describe_snapshots(place),
        7 => crate::services::sts::get_caller_identity(dice, place),
        8 => audit::lookup_events(dice, time),
        9 => operations::logs_page(dice, place, time).swap_remove(0),
        10 => operations::balancers(dice, place).swap_remove(0),
        _ => s3::list_buckets(dice, place),
    }
}
