//! Rail and top bar around every page.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast;

use super::dialog::Dialog;
use super::icon::Icon;
use super::palette::{Command, Palette, provide_palette};
use super::toast::ToastArea;
use crate::address::{Address, decode, encode};
use crate::api::views::{FramePart, Wanted, What, load};
use crate::browser;
use crate::html::Part;
use crate::living;
use crate::prefs::{Density, Prefs, Theme, Zone, change, use_prefs};

/// Rail and top bar around a page, and what listens to the whole window.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let palette = provide_palette();
    let help = RwSignal::new(false);
    let path = use_location().pathname;
    let account = Memo::new(move |_| path.with(|path| account_of(path)));
    let parts = load(Memo::new(move |_| {
        let address = Address { account: account.get().unwrap_or_default(), ..Address::default() };
        Some(Wanted::new(What::Frame, &address))
    }));
    listen(palette.open, help);
    living::expiry::watch(parts);
    let navigate = use_navigate();
    let send = move |event: ev::SubmitEvent| {
        if let Some(href) = list_address(&event) {
            event.prevent_default();
            browser::close_menus(None);
            navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    view! {
        <div
            class="frame"
            on:submit=send
            on:click=|event| {
                living::copy::click(&event);
                living::record::click(&event);
            }
            on:input=|event| living::record::input(&event)
            on:pointerover=|event| living::record::point(&event)
            on:focusin=|event| living::record::point(&event)
        >
            <a class="skip-link" href="#main" rel="external">
                "Skip to the content"
            </a>
            <header class="top-bar">
                <a class="top-bar__brand" href="/" rel="external">
                    <Icon name="waymark" />
                    "Waymark"
                </a>
                <Part of=parts place=FramePart::Accounts as usize />
                <Tools palette=palette.open help />
            </header>
            <Rail account path />
            <div class="frame__main">
                <div role="status">
                    <Part of=parts place=FramePart::Expiry as usize />
                </div>
                {children()}
            </div>
            <Palette state=palette always=always(help) />
            <Dialog open=help title="Keyboard and mouse">
                <Part of=parts place=FramePart::Shortcuts as usize />
            </Dialog>
            <ToastArea />
        </div>
    }
}

/// The connection that a path belongs to.
fn account_of(path: &str) -> Option<String> {
    let segment = path.strip_prefix("/a/")?.split('/').next()?;
    (!segment.is_empty()).then(|| decode(segment))
}

/// Where a form that asks for a list leads; other forms are sent as they are.
fn list_address(event: &ev::SubmitEvent) -> Option<String> {
    let form = browser::closest(event, "form[data-list]")?.dyn_into::<web_sys::HtmlFormElement>().ok()?;
    let account = account_of(&form.get_attribute("action")?)?;
    let asked = Address::parse(&account, &browser::form_search(&form)?);
    // The form was rendered before later marks and columns, which stay.
    let here = Address::parse(&account, &browser::search());
    Some(Address { marked: here.marked, cols: here.cols, ..asked }.href())
}

fn listen(palette: RwSignal<bool>, help: RwSignal<bool>) {
    Effect::new(move |_| {
        let keys = window_event_listener(ev::keydown, move |event| {
            let is_command = event.ctrl_key() || event.meta_key();
            if is_command && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                palette.update(|open| *open = !*open);
            } else if event.key() == "Escape" && browser::close_menus(None) {
                event.prevent_default();
            } else if event.key() == "?" && !browser::is_taken(&event) {
                event.prevent_default();
                help.set(true);
            }
        });
        let clicks = window_event_listener(ev::click, |event| {
            browser::close_menus(Some(&event));
        });
        on_cleanup(move || {
            keys.remove();
            clicks.remove();
        });
    });
}

/// What is the same on every page: the clock, the density, the theme, commands, help.
#[component]
fn Tools(palette: RwSignal<bool>, help: RwSignal<bool>) -> impl IntoView {
    let prefs = use_prefs();
    let zone = move || match prefs.read().zone {
        Zone::Utc => "UTC",
        Zone::Local => "Local",
    };
    let zone_name = move || match prefs.read().zone {
        Zone::Utc => "Times are in UTC; show local time",
        Zone::Local => "Times are local; show UTC",
    };
    let density_name = move || match prefs.read().density {
        Density::Comfortable => "Make rows compact",
        Density::Compact => "Give rows more room",
    };
    let theme_name = move || match prefs.read().theme {
        Theme::System => "Theme: as the system; change to light",
        Theme::Light => "Theme: light; change to dark",
        Theme::Dark => "Theme: dark; change to the system's",
    };
    let theme_icon = move || match prefs.read().theme {
        Theme::System => view! { <Icon name="theme" /> },
        Theme::Light => view! { <Icon name="light" /> },
        Theme::Dark => view! { <Icon name="dark" /> },
    };
    view! {
        <div class="top-bar__tools js-only">
            <button
                type="button"
                class="button button--quiet top-bar__zone"
                title=zone_name
                aria-label=zone_name
                on:click=move |_| change(prefs, next_zone)
            >
                <Icon name="clock" />
                {zone}
            </button>
            <button
                type="button"
                class="button button--quiet button--icon"
                title=density_name
                aria-label=density_name
                on:click=move |_| change(prefs, next_density)
            >
                <Icon name="density" />
            </button>
            <button
                type="button"
                class="button button--quiet button--icon"
                title=theme_name
                aria-label=theme_name
                on:click=move |_| change(prefs, next_theme)
            >
                {theme_icon}
            </button>
            <button
                type="button"
                class="button button--quiet button--icon"
                title="Commands (Ctrl K)"
                aria-label="Commands"
                aria-haspopup="dialog"
                on:click=move |_| palette.set(true)
            >
                <Icon name="command" />
            </button>
            <button
                type="button"
                class="button button--quiet button--icon"
                title="Keyboard shortcuts (?)"
                aria-label="Keyboard shortcuts"
                aria-haspopup="dialog"
                on:click=move |_| help.set(true)
            >
                <Icon name="help" />
            </button>
        </div>
    }
}

fn next_zone(prefs: &mut Prefs) {
    prefs.zone = prefs.zone.next();
}

fn next_density(prefs: &mut Prefs) {
    prefs.density = prefs.density.next();
}

fn next_theme(prefs: &mut Prefs) {
    prefs.theme = prefs.theme.next();
}

/// The pages there are.
#[component]
fn Rail(account: Memo<Option<String>>, path: Memo<String>) -> impl IntoView {
    let link = move |icon: &'static str, label: &'static str, href: String, place: String| {
        let is_here = move || path.with(|path| path.starts_with(&place)).then_some("page");
        view! {
            <li>
                <a class="rail__link" href=href aria-current=is_here>
                    <Icon name=icon />
                    <span class="rail__label">{label}</span>
                </a>
            </li>
        }
    };
    let links = move || {
        account.get().map(|account| {
            let base = format!("/a/{}", encode(&account));
            view! {
                <ul class="rail__list">
                    {link("events", "Events", Address::list_of(&account).href(), format!("{base}/events"))}
                    {link("report", "Taking in", format!("{base}/taking-in"), format!("{base}/taking-in"))}
                </ul>
            }
        })
    };
    view! {
        <nav class="rail" aria-label="Pages">
            {links}
        </nav>
    }
}

/// The commands that every page has.
fn always(help: RwSignal<bool>) -> impl Fn() -> Vec<Command> + Send + Sync + 'static {
    let prefs = use_prefs();
    move || {
        let mut commands = vec![
            Command::act("Switch between UTC and local time", "Look", move || change(prefs, next_zone)),
            Command::act("Switch between compact and comfortable rows", "Look", move || {
                change(prefs, next_density)
            }),
            Command::act("Theme: as the system", "Look", move || {
                change(prefs, |prefs| prefs.theme = Theme::System)
            }),
            Command::act("Theme: light", "Look", move || change(prefs, |prefs| prefs.theme = Theme::Light)),
            Command::act("Theme: dark", "Look", move || change(prefs, |prefs| prefs.theme = Theme::Dark)),
            Command::act("Keyboard shortcuts", "?", move || help.set(true)),
            Command::act("Copy a link to this view", "Share", browser::copy_address),
        ];
        for link in browser::find_all(".accounts a[href]") {
            let Some(address) = link.get_attribute("href").and_then(|href| Address::from_href(&href)) else {
                continue;
            };
            let name = browser::find_in(&link, ".menu__name").and_then(|name| name.text_content());
            let name = name.unwrap_or_default();
            commands.push(Command::go(format!("Events of {name}"), "Account", address.href()));
            commands.push(Command::go(
                format!("What was taken in for {name}"),
                "Account",
                address.report_page(),
            ));
        }
        commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_its_account() {
        assert_eq!(account_of("/a/prod-payments/events/x").as_deref(), Some("prod-payments"));
        assert_eq!(account_of("/a/prod").as_deref(), Some("prod"));
        assert_eq!(account_of("/a/"), None);
        assert_eq!(account_of("/"), None);
    }
}
