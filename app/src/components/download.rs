//! Taking what a search found away as a file.

use leptos::prelude::*;

use super::icon::Icon;
use super::menu::Menu;
use crate::address::Address;

/// A format: its ending, its name, and what it is for.
const FORMATS: [(&str, &str, &str); 3] = [
    ("csv", "CSV", "A row an event, for a spreadsheet. Cells that look like formulas are made harmless."),
    ("jsonl", "JSON Lines", "A record a line, as CloudTrail wrote it: for jq and other tools."),
    ("json", "JSON", "One array of records, for programs that read a document as a whole."),
];

/// Links to everything the search finds, at any size; the file is made while it is sent.
#[component]
pub fn DownloadMenu(address: Address) -> impl IntoView {
    let button = view! {
        <Icon name="download" />
        "Download"
    };
    view! {
        <Menu label=button.into_any() class="download menu--end">
            <ul class="menu__list">
                {FORMATS
                    .map(|(ending, name, help)| {
                        view! {
                            <li>
                                <a
                                    class="menu__link menu__link--tall"
                                    href=address.download(ending)
                                    download=format!("events.{ending}")
                                    rel="external"
                                >
                                    <span class="menu__name">{name}</span>
                                    <span class="menu__help">{help}</span>
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <p class="menu__note">
                "All events that match, not only this page. While more is on its way, or a Region is missing, the file's name says \u{201c}incomplete\u{201d}."
            </p>
        </Menu>
    }
}
