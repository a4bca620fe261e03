//! What the keys do.

use leptos::prelude::*;

/// Keys, one of which is pressed, or all of them together, and what they do.
type Shortcut = (&'static [&'static str], &'static str);

const GROUPS: [(&str, &[Shortcut]); 3] = [
    (
        "Everywhere",
        &[
            (&["Ctrl", "K"], "Find a command (⌘ K on a Mac)"),
            (&["?"], "Show this list"),
            (&["Esc"], "Close what is open"),
        ],
    ),
    (
        "List of events",
        &[
            (&["/"], "Go to the search"),
            (&["j"], "Next event"),
            (&["k"], "Previous event"),
            (&["Enter"], "Open the event"),
            (&["x"], "Mark the event for comparison"),
            (&["c"], "Compare what is marked"),
            (&["["], "Newer page"),
            (&["]"], "Older page"),
            (&["g"], "Go to a time"),
        ],
    ),
    (
        "With the mouse",
        &[
            (&["Press"], "a value: show only events with it"),
            (&["Alt", "press"], "a value: hide events with it"),
            (&["Drag"], "over the bars: zoom into that time"),
            (&["Drag"], "a column's head: move the column"),
        ],
    ),
];

/// The list of keys.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let key = |key: &&'static str| view! { <kbd class="key">{*key}</kbd> };
    let group = move |(title, keys): (&'static str, &'static [(&'static [&'static str], &'static str)])| {
        view! {
            <section class="shortcuts__group">
                <h3>{title}</h3>
                <dl>
                    {keys
                        .iter()
                        .map(|(keys, what)| {
                            view! {
                                <div class="shortcuts__item">
                                    <dt>{keys.iter().map(key).collect_view()}</dt>
                                    <dd>{*what}</dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
            </section>
        }
    };
    view! {
        <div class="shortcuts">{GROUPS.map(group).collect_view()}</div>
    }
}
