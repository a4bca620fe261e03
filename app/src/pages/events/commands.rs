//! What the palette offers on the list of events.

use leptos::prelude::*;

use super::data::Data;
use crate::browser;
use crate::components::pager::GO_TO;
use crate::components::palette::{Action, Command, offer_commands};
use crate::components::search_bar::FIELD;
use crate::links::Links;
use cloudtrail::search::{edit, presets};

/// Offers the page's commands as long as it is there.
pub fn offer(data: Data, links: Memo<Links>) {
    offer_commands(move || {
        let links = links.get_untracked();
        let address = data.list.get_untracked();
        let toggle = |name: &str, term: &str| Command::go(name, term, links.toggle_term(term));
        let mut commands = vec![
            Command::act("Search", "/", || browser::enter_field(FIELD)),
            Command::act("Go to a time", "g", || browser::enter_field(GO_TO)),
            toggle("Writes only", edit::WRITES_ONLY),
            toggle("Errors only", edit::ERRORS_ONLY),
            toggle("Hide AWS services", edit::HIDE_SERVICES),
            Command::go("Clear the search", "", links.to(String::new())),
            Command::go("Search the whole time", "", address.with_range(None, None).href()),
        ];
        commands.extend(
            presets()
                .iter()
                .map(|preset| Command::go(preset.name, preset.help, links.to(preset.query.to_owned()))),
        );
        for (ending, name) in [("csv", "CSV"), ("jsonl", "JSON Lines"), ("json", "JSON")] {
            commands.push(Command {
                name: format!("Download as {name}"),
                hint: "All events that match".to_owned(),
                action: Action::Download(address.download(ending)),
            });
        }
        commands
    });
}
