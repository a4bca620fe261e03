//! Icons, drawn in strokes on a grid of 16.

use leptos::prelude::*;

/// An icon of 16 px that says nothing to a screen reader: the text beside it does. An unknown name draws a dot.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=path(name)></path>
        </svg>
    }
}

/// The strokes of an icon.
pub fn path(name: &str) -> &'static str {
    match name {
        "account" => {
            "M2.5 13.5v-10h6v10M8.5 6.5h5v7M1.5 13.5h13M4.5 6h2M4.5 8.5h2M4.5 11h2M10.7 9h.8M10.7 11h.8"
        }
        "anonymous" => {
            "M8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.5c.3-1.8 1.2-3 2.6-3.6M10 10.7c.1-.8.7-1.2 1.5-1.2s1.5.5 1.5 1.3c0 1.1-1.5 1-1.5 2.1M11.5 14.5v.01"
        }
        "arrow-down" => "M8 3v10M4 9l4 4 4-4",
        "arrow-left" | "left" => "M13 8H3M7 4 3 8l4 4",
        "arrow-right" | "right" => "M3 8h10M9 4l4 4-4 4",
        "arrow-up" => "M8 13V3M4 7l4-4 4 4",
        "bookmark" => "M4 2.5h8v11L8 10.5l-4 3z",
        "calendar" => "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3",
        "check" => "M3 8.5 6.5 12 13 4.5",
        "chevron-down" => "M4 6l4 4 4-4",
        "chevron-left" => "M10 4 6 8l4 4",
        "chevron-right" => "M6 4l4 4-4 4",
        "chevron-up" => "M4 10l4-4 4 4",
        "clock" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.2l2 1.3",
        "close" => "M4 4l8 8M12 4l-8 8",
        "collapse" => "M5 2.5 8 5.5l3-3M5 13.5l3-3 3 3M3 8h10",
        "columns" => "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
        "command" => {
            "M6 6h4v4H6zM6 6V4.2A1.8 1.8 0 1 0 4.2 6zM10 6V4.2A1.8 1.8 0 1 1 11.8 6zM6 10v1.8A1.8 1.8 0 1 1 4.2 10zM10 10v1.8a1.8 1.8 0 1 0 1.8-1.8z"
        }
        "compare" => "M2.5 3h4.5v10H2.5zM9 3h4.5v10H9zM4 6h1.5M4 8.5h1.5M10.5 6H12M10.5 8.5H12",
        "copy" => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
        "dark" | "moon" => "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z",
        "density" => "M2.5 3.5h11M2.5 6.5h11M2.5 9.5h11M2.5 12.5h11",
        "download" => "M8 2.5v7.5M5 7l3 3 3-3M2.5 12v1.5h11V12",
        "error" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6 6l4 4M10 6l-4 4",
        "events" | "list" => "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.5M2.5 8h.5M2.5 12h.5",
        "exclude" | "minus" => "M3.5 8h9",
        "expand" => "M5 5.5 8 2.5l3 3M5 10.5l3 3 3-3M3 8h10",
        "external" | "open" => "M9 2.5h4.5V7M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4",
        "eye" => {
            "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z"
        }
        "file" | "report" => "M3.5 2h6l3 3v9h-9zM9.5 2v3h3M5.5 8.5h5M5.5 11h5",
        "filter" => "M2 3h12L9.5 8.5V13l-3-1.5v-3z",
        "first" => "M8 4 4 8l4 4M12.5 4l-4 4 4 4",
        "globe" => {
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2.2 8h11.6M8 2c2 2 2.6 4 2.6 6S10 12 8 14C6 12 5.4 10 5.4 8S6 4 8 2z"
        }
        "grip" => "M6 3.5v.01M10 3.5v.01M6 8v.01M10 8v.01M6 12.5v.01M10 12.5v.01",
        "help" => {
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.3 6.3c.2-1 .9-1.5 1.8-1.5 1 0 1.8.7 1.8 1.6 0 1.4-1.9 1.3-1.9 2.7M8 11.2v.01"
        }
        "include" | "plus" => "M8 3.5v9M3.5 8h9",
        "info" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.5V11M8 5v.01",
        "key" => "M5.5 7.5a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM7.5 8.3 13.5 2.5M11 5l2 2",
        "light" | "sun" => {
            "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"
        }
        "link" => {
            "M6.5 9.5l3-3M7 4.5 8.7 2.8a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.7 1.7a3.2 3.2 0 0 1-4.5-4.5L4.5 7"
        }
        "menu" => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
        "more" => "M3.5 8v.01M8 8v.01M12.5 8v.01",
        "refresh" => "M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5",
        "role" => "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4zM6 8l1.5 1.5L10.2 6.5",
        "search" => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2",
        "root" => "M2.5 12.5h11M2.5 10.5 1.8 5l3.4 2.5L8 3.5l2.8 4L14.2 5l-.7 5.5z",
        "service" => "M3 3h10v4H3zM3 9h10v4H3zM5.5 5v.01M5.5 11v.01",
        "settings" => "M2.5 4.5h5M11 4.5h2.5M9.3 2.8v3.4M2.5 11.5h2.5M8.5 11.5h5M6.7 9.8v3.4",
        "sort" => "M5 3v10M2.5 10.5 5 13l2.5-2.5M11 13V3M8.5 5.5 11 3l2.5 2.5",
        "system" => "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
        "theme" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 4.5h4.9M8 7h5.9M8 9.5h5.8M8 12h4.5",
        "undo" => "M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M6 3.5l-3 3 3 3",
        "human" | "user" => "M8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.5c.4-2.7 2.3-4 5-4s4.6 1.3 5 4",
        "warning" => "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.01",
        "waymark" => {
            "M2.5 14.5c-1-.2-1.3-2.3.2-2.8 2.5-.6 8.1-.6 10.6 0 1.5.5 1.2 2.6.2 2.8-3 .5-8 .5-11 0zM4.5 9.7c-1-.2-1.2-2 0-2.5 1.7-.6 5.3-.6 7 0 1.2.5 1 2.3 0 2.5-2 .4-5 .4-7 0zM6.5 5.2c-1-.2-.9-2.4.2-3.3.7-.5 1.9-.5 2.6 0 1.1.9 1.2 3.1.2 3.3-1 .2-2 .2-3 0z"
        }
        "zoom-in" => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2M7 5v4M5 7h4",
        "zoom-out" => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2M5 7h4",
        _ => "M8 8v.01",
    }
}
