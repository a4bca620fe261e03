//! Searches that were given a name.

use leptos::prelude::*;

use super::icon::Icon;
use super::menu::Menu;
use crate::address::{Address, encode};
use crate::api::events::SavedSearch;

/// The account's saved searches as links, and a form that saves this one. Plain forms, sent to the server's own pages.
#[component]
pub fn SavedMenu(address: Address, saved: Vec<SavedSearch>) -> impl IntoView {
    // Only what narrows the list down is saved, not where in it somebody is.
    let here = Address { marked: Vec::new(), ..address.first_page().without_event() };
    let action = format!("/saved-searches/{}", encode(&here.account));
    let (back, search) = (here.href(), here.search());
    let item = |saved: SavedSearch| {
        let href = Address::parse(&here.account, &saved.search).href();
        view! {
            <li class="saved__item">
                <a class="menu__link menu__link--tall" href=href>
                    <bdi class="menu__name">{saved.name.clone()}</bdi>
                    <span class="menu__help">
                        "Saved by " <bdi>{saved.made_by}</bdi>
                    </span>
                </a>
                <form method="post" action=format!("{action}/delete")>
                    <input type="hidden" name="id" value=saved.id />
                    <input type="hidden" name="back" value=back.clone() />
                    <button
                        class="button button--icon button--quiet"
                        type="submit"
                        aria-label=format!("Delete the saved search {}", saved.name)
                        title="Delete"
                    >
                        <Icon name="close" />
                    </button>
                </form>
            </li>
        }
    };
    let is_empty = saved.is_empty();
    let items = saved.into_iter().map(item).collect_view();
    let nothing = is_empty.then(|| {
        view! {
            <p class="menu__note">
                "No search is saved yet. Give this one a name, and everybody who may look at this account finds it here."
            </p>
        }
    });
    let button = view! {
        <Icon name="bookmark" />
        "Saved"
    };
    view! {
        <Menu label=button.into_any() class="saved menu--end">
            <ul class="menu__list">{items}</ul>
            {nothing}
            <form class="saved__form" method="post" action=action.clone()>
                <input type="hidden" name="search" value=search />
                <input type="hidden" name="back" value=back.clone() />
                <label class="field">
                    <span class="field__label">"Save this search as"</span>
                    <input class="input" name="name" required maxlength="80" autocomplete="off" />
                </label>
                <button class="button button--primary" type="submit">
                    "Save"
                </button>
            </form>
        </Menu>
    }
}
