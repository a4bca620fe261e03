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

fn path(name: &str) -> &'static str {
    match name {
        "account" => {
            "M2.5 13.5v-10h6v10M8.5 6.500h5v7M1.5 13.500h13M4.5 6h2M4.5 8.500h2M4.5 11h2M10.7 9h.8M10.7 11h.8"
        }
        "arrow-down" => "M8 3v10M4 9l4 4 4-4",
        "arrow-left" => "M13 8H3M7 4 3 8l4 4",
        "arrow-right" => "M3 8h10M9 4l4 4-4 4",
        "arrow-up" => "M8 13V3M4 7l4-4 4 4",
        "calendar" => "M2.5 4h11v9.500h-11zM2.5 7h11M5.5 2v3M10.5 2v3",
        "check" => "M3 8.5 6.5 12 13 4.5",
        "chevron-down" => "M4 6l4 4 4-4",
        "chevron-left" => "M10 4 6 8l4 4",
        "chevron-right" => "M6 4l4 4-4 4",
        "chevron-up" => "M4 10l4-4 4 4",
        "clock" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.200l2 1.3",
        "close" => "M4 4l8 8M12 4l-8 8",
        "collapse" => "M5 2.5 8 5.500l3-3M5 13.500l3-3 3 3M3 8h10",
        "columns" => "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
        "command" => {
            "M6 6h4v4H6zM6 6V4.200A1.8 1.8 0 1 0 4.2 6zM10 6V4.200A1.8 1.8 0 1 1 11.8 6zM6 10v1.800A1.8 1.8 0 1 1 4.2 10zM10 10v1.800a1.8 1.8 0 1 0 1.8-1.800z"
        }
        "compare" => "M2.5 3h4.500v10H2.500zM9 3h4.500v10H9zM4 6h1.500M4 8.500h1.500M10.5 6H12M10.5 8.500H12",
        "copy" => "M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3",
        "dark" | "moon" => "M13 9.600A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.600z",
        "density" => "M2.5 3.500h11M2.5 6.500h11M2.5 9.500h11M2.5 12.500h11",
        "download" => "M8 2.500v7.500M5 7l3 3 3-3M2.5 12v1.500h11V12",
        "error" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6 6l4 4M10 6l-4 4",
        "events" | "list" => "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.5M2.5 8h.5M2.5 12h.5",
        "exclude" | "minus" => "M3.5 8h9",
        "expand" => "M5 5.5 8 2.500l3 3M5 10.500l3 3 3-3M3 8h10",
        "external" | "open" => "M9 2.500h4.500V7M13.5 2.5 7.5 8.500M11.5 9.500v4h-9v-9h4",
        "eye" => {
            "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.200a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.600z"
        }
        "file" | "report" => "M3.5 2h6l3 3v9h-9zM9.5 2v3h3M5.5 8.500h5M5.5 11h5",
        "filter" => "M2 3h12L9.5 8.500V13l-3-1.500v-3z",
        "globe" => {
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2.2 8h11.600M8 2c2 2 2.6 4 2.6 6S10 12 8 14C6 12 5.4 10 5.4 8S6 4 8 2z"
        }
        "grip" => "M6 3.500v.01M10 3.500v.01M6 8v.01M10 8v.01M6 12.500v.01M10 12.500v.01",
        "help" => {
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.3 6.300c.2-1 .9-1.5 1.8-1.5 1 0 1.8.7 1.8 1.6 0 1.4-1.9 1.3-1.9 2.700M8 11.200v.01"
        }
        "include" | "plus" => "M8 3.500v9M3.5 8h9",
        "info" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.500V11M8 5v.01",
        "key" => "M5.5 7.500a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.600zM7.5 8.3 13.5 2.500M11 5l2 2",
        "light" | "sun" => {
            "M8 5.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M3.4 12.600l1-1M11.6 4.400l1-1"
        }
        "link" => {
            "M6.5 9.500l3-3M7 4.5 8.7 2.800a3.2 3.2 0 0 1 4.5 4.500L11.5 9M9 11.500l-1.7 1.700a3.2 3.2 0 0 1-4.5-4.500L4.5 7"
        }
        "menu" => "M2.5 4.500h11M2.5 8h11M2.5 11.500h11",
        "more" => "M3.5 8v.01M8 8v.01M12.5 8v.01",
        "refresh" => "M13 8a5 5 0 1 1-1.5-3.500L13 6M13 2.500V6H9.5",
        "role" => "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4zM6 8l1.5 1.500L10.2 6.5",
        "search" => "M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.300l3.2 3.2",
        "service" => "M3 3h10v4H3zM3 9h10v4H3zM5.5 5v.01M5.5 11v.01",
        "settings" => {
            "M2.5 4.500h5M11 4.500h2.500M9.3 2.800v3.400M2.5 11.500h2.500M8.5 11.500h5M6.7 9.800v3.4"
        }
        "sort" => "M5 3v10M2.5 10.5 5 13l2.5-2.500M11 13V3M8.5 5.5 11 3l2.5 2.5",
        "system" => "M2 3h12v8H2zM6 13.500h4M8 11v2.5",
        "undo" => "M3 6.500h6.500a3.5 3.5 0 0 1 0 7H6M6 3.500l-3 3 3 3",
        "user" => "M8 2.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.500c.4-2.7 2.3-4 5-4s4.6 1.3 5 4",
        "warning" => "M8 2.5 14.5 13.500h-13zM8 6.500v3.500M8 11.800v.01",
        "zoom-in" => "M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.300l3.2 3.200M7 5v4M5 7h4",
        "zoom-out" => "M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.300l3.2 3.200M5 7h4",
        _ => "M8 8v.01",
    }
}
