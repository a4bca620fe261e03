//! Choosing and ordering columns.

use leptos::prelude::*;

use super::icon::Icon;
use super::menu::Menu;
use crate::address::Address;
use crate::columns::{Column, Columns};

/// A list of all columns: shown ones first, in their order, with links that move them and take them away. The browser
/// adds what keeps them ([`crate::living::columns`]).
#[component]
pub fn ColumnsMenu(address: Address, columns: Columns) -> impl IntoView {
    let last = columns.count() - 1;
    let shown = columns
            .iter()
            .enumerate()
            .map(|(place, column)| {
                let moved = |by: isize| address.with_columns(columns.moved(column, by)).href();
                view! {
                    <li class="columns__item">
                        <Choice column is_on=true href=address.with_columns(columns.toggled(column)).href() />
                        {(place > 0).then(|| view! { <Move column icon="arrow-up" to="left" href=moved(-1) /> })}
                        {(place < last).then(|| view! { <Move column icon="arrow-down" to="right" href=moved(1) /> })}
                    </li>
                }
            })
            .collect_view();
    let hidden = Column::ALL
        .into_iter()
        .filter(|column| !columns.has(*column))
        .map(|column| {
            let href = address.with_columns(columns.toggled(column)).href();
            view! {
                <li class="columns__item">
                    <Choice column is_on=false href />
                </li>
            }
        })
        .collect_view();
    let reset = Address { cols: None, ..address }.href();
    let button = view! {
        <Icon name="columns" />
        "Columns"
    };
    view! {
        <Menu label=button.into_any() class="columns menu--stays menu--end">
            <ul class="columns__list" aria-label="Shown, from left to right">
                {shown}
            </ul>
            <ul class="columns__list" aria-label="Hidden">
                {hidden}
            </ul>
            <div class="columns__foot">
                <a
                    class="button button--quiet"
                    href=reset
                    data-noscroll
                >
                    "Reset"
                </a>
                <button type="button" class="button button--quiet js-only columns__keep">
                    "Keep as my default"
                </button>
            </div>
        </Menu>
    }
}

#[component]
fn Choice(column: Column, is_on: bool, href: String) -> impl IntoView {
    let name = format!("{} {}", if is_on { "Hide" } else { "Show" }, column.title());
    view! {
        <a
            class="columns__choice"
            class:columns__choice--on=is_on
            href=href
            aria-label=name
            data-noscroll
        >
            <Icon name=if is_on { "check" } else { "plus" } />
            {column.title()}
        </a>
    }
}

#[component]
fn Move(column: Column, icon: &'static str, to: &'static str, href: String) -> impl IntoView {
    view! {
        <a
            class="columns__move button button--icon button--quiet"
            href=href
            aria-label=format!("Move {} to the {to}", column.title())
            title=format!("Move to the {to}")
            data-noscroll
        >
            <Icon name=icon />
        </a>
    }
}
