//! What the palette offers on the list of events: its keys, and the links that the server rendered.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::data::Data;
use crate::browser;
use crate::components::palette::{Action, Command, offer_commands};
use crate::components::search_bar::FIELD;
use crate::living::GO_TO;

/// Offers the page's commands as long as it is there.
pub fn offer(data: Data) {
    offer_commands(move || {
        let address = data.list.get_untracked();
        let mut commands = vec![
            Command::act("Search", "/", || browser::enter_field(FIELD)),
            Command::act("Go to a time", "g", || browser::enter_field(GO_TO)),
            Command::go("Clear the search", "", address.with_query("").href()),
            Command::go("Search the whole time", "", address.with_range(None, None).href()),
        ];
        for link in browser::find_all(".toggles a[href], .download a[href]") {
            let href = link.get_attribute("href").unwrap_or_default();
            let is_file = link.has_attribute("download");
            let text = |selector: &str| {
                let element = browser::find_in(link.unchecked_ref(), selector);
                element.and_then(|element| element.text_content()).unwrap_or_default()
            };
            let command = if is_file {
                Command {
                    name: format!("Download as {}", text(".menu__name")),
                    hint: "All events that match".to_owned(),
                    action: Action::Download(href),
                }
            } else if link.class_list().contains("toggle") {
                let name = link.text_content().unwrap_or_default();
                Command::go(name.trim(), link.get_attribute("title").unwrap_or_default(), href)
            } else {
                Command::go(text(".presets__name"), text(".presets__help"), href)
            };
            commands.push(command);
        }
        commands
    });
}
