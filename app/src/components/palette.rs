//! The command palette: everything a page can do, by name (Ctrl K).

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::dialog::Dialog;
use crate::browser;

/// How many commands are listed at once.
const MOST: usize = 50;

/// Something that can be done.
#[derive(Clone)]
pub struct Command {
    /// What it is called.
    pub name: String,
    /// What it means, or its key.
    pub hint: String,
    /// What it does.
    pub action: Action,
}

/// What a command does.
#[derive(Clone)]
pub enum Action {
    /// Goes to an address.
    Go(String),
    /// Gets a file.
    Download(String),
    /// Anything else.
    Do(Arc<dyn Fn() + Send + Sync>),
}

impl Command {
    /// A command that goes to an address.
    pub fn go(name: impl Into<String>, hint: impl Into<String>, address: impl Into<String>) -> Command {
        Command { name: name.into(), hint: hint.into(), action: Action::Go(address.into()) }
    }

    /// A command that does something on this page.
    pub fn act(
        name: impl Into<String>,
        hint: impl Into<String>,
        act: impl Fn() + Send + Sync + 'static,
    ) -> Command {
        Command { name: name.into(), hint: hint.into(), action: Action::Do(Arc::new(act)) }
    }
}

type Source = Arc<dyn Fn() -> Vec<Command> + Send + Sync>;

/// The palette of this window.
#[derive(Clone, Copy)]
pub struct PaletteState {
    /// Whether it is open.
    pub open: RwSignal<bool>,
    page: RwSignal<Option<Source>>,
}

/// Makes the palette known to everything below.
pub fn provide_palette() -> PaletteState {
    let state = PaletteState { open: RwSignal::new(false), page: RwSignal::new(None) };
    provide_context(state);
    state
}

/// Adds a page's commands as long as the page is there. They are asked for each time the palette opens.
pub fn offer_commands(commands: impl Fn() -> Vec<Command> + Send + Sync + 'static) {
    if let Some(state) = use_context::<PaletteState>() {
        let source: Source = Arc::new(commands);
        let mine = Arc::downgrade(&source);
        state.page.set(Some(source));
        on_cleanup(move || {
            state.page.try_update(|page| {
                // The next page may have put its own there by now.
                if page.as_ref().is_some_and(|page| std::sync::Weak::ptr_eq(&Arc::downgrade(page), &mine)) {
                    *page = None;
                }
            });
        });
    }
}

/// The palette itself. `always` are the commands that every page has.
#[component]
pub fn Palette(
    state: PaletteState,
    always: impl Fn() -> Vec<Command> + Send + Sync + 'static,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0usize);
    let commands = Memo::new_with_compare(
        move |_| {
            if !state.open.get() {
                return Vec::new();
            }
            let mut commands = state.page.get_untracked().map(|page| untrack(|| page())).unwrap_or_default();
            commands.extend(untrack(&always));
            commands
        },
        |_, _| true,
    );
    let found = Memo::new_with_compare(
        move |_| {
            let typed = typed.read();
            let commands = commands.get();
            commands.into_iter().filter(|command| fits(command, &typed)).take(MOST).collect::<Vec<_>>()
        },
        |_, _| true,
    );
    Effect::new(move |_| {
        if state.open.get() {
            typed.set(String::new());
            active.set(0);
            browser::focus_soon("#palette");
        }
    });
    let navigate = use_navigate();
    let run = move |command: &Command| {
        state.open.set(false);
        match &command.action {
            Action::Go(address) => navigate(address, Default::default()),
            Action::Download(address) => browser::download(address),
            Action::Do(act) => {
                // Once the palette is gone: closing, it gives the focus back to where it was.
                let act = act.clone();
                request_animation_frame(move || act());
            }
        }
    };
    let run_active = run.clone();
    let on_keydown = move |event: ev::KeyboardEvent| {
        let count = found.read_untracked().len();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => active.update(|place| *place = (*place + 1) % count),
            "ArrowUp" if count > 0 => active.update(|place| *place = (*place + count - 1) % count),
            "Enter" => {
                let chosen = found.read_untracked().get(active.get_untracked()).cloned();
                if let Some(command) = chosen {
                    run_active(&command);
                }
            }
            _ => return,
        }
        event.prevent_default();
        browser::scroll_to(".palette__option[aria-selected=true]");
    };
    let option = move |(place, command): (usize, Command)| {
        let run = run.clone();
        let (name, hint) = (command.name.clone(), command.hint.clone());
        view! {
            <li
                id=option_id(place)
                class="palette__option"
                role="option"
                aria-selected=move || (active.get() == place).to_string()
                on:click=move |_| run(&command)
            >
                <bdi class="palette__name">{name}</bdi>
                <bdi class="palette__hint">{hint}</bdi>
            </li>
        }
    };
    view! {
        <Dialog open=state.open title="Commands">
            <div class="palette">
                <input
                    id="palette"
                    class="input palette__input"
                    type="text"
                    placeholder="What do you want to do?"
                    aria-label="Find a command"
                    autocomplete="off"
                    spellcheck="false"
                    role="combobox"
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls="palette-options"
                    aria-activedescendant=move || {
                        (!found.read().is_empty()).then(|| option_id(active.get()))
                    }
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        active.set(0);
                    }
                    on:keydown=on_keydown
                />
                <ul class="palette__options" id="palette-options" role="listbox" aria-label="Commands">
                    {move || found.get().into_iter().enumerate().map(option.clone()).collect_view()}
                </ul>
                <p class="palette__none" hidden=move || !found.read().is_empty()>
                    "No command has this name."
                </p>
            </div>
        </Dialog>
    }
}

fn option_id(place: usize) -> String {
    format!("palette-option-{place}")
}

/// Whether every word that was typed stands in the command.
fn fits(command: &Command, typed: &str) -> bool {
    let text = format!("{} {}", command.name, command.hint).to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_any_of_their_words() {
        let command = Command::go("Errors", "Preset: calls that failed", "/");
        for (typed, is_found) in [("", true), ("ERR", true), ("failed errors", true), ("errors x", false)] {
            assert_eq!(fits(&command, typed), is_found, "{typed}");
        }
    }
}
