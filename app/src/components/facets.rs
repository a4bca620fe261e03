//! Counts by value beside a list: a press asks for a value, another leaves it out.

use leptos::prelude::*;

use super::icon::Icon;
use crate::address::Address;
use crate::links::{Links, Standing};
use crate::text::{clipped, grouped};
use cloudtrail::search::{Facet as Counts, FacetValue, Field};

/// What is not longer than this is never cut and needs no title.
const SHORT: usize = 16;
/// How much of a value is shown.
const MAX_LABEL: usize = 120;

/// What a facet is called.
pub fn facet_title(field: Field) -> &'static str {
    match field {
        Field::Event => "Event",
        Field::Who => "Who",
        Field::User => "User",
        Field::Role => "Role",
        Field::Service => "Service",
        Field::Ip => "Source address",
        Field::Region => "Region",
        Field::Account => "Account",
        Field::Error => "Error",
        Field::Resource => "Resource",
        Field::Key => "Access key",
        Field::Agent => "Program",
        Field::Category => "Category",
        Field::ReadOnly => "Read only",
        Field::Time => "Time",
        Field::Id => "Event id",
    }
}

/// All facets of a search. The browser adds what Alt does, and loads more values ([`crate::living::facets`]).
#[component]
pub fn Facets(facets: Vec<Counts>, total: u64, address: Address) -> impl IntoView {
    let links = Links::new(&address);
    let facet = |facet: Counts| facet_view(facet, total, &links);
    view! { <div class="facets">{facets.into_iter().map(facet).collect_view()}</div> }
}

fn facet_view(facet: Counts, total: u64, links: &Links) -> impl IntoView + use<> {
    let field = facet.field;
    let shown = facet.values.len() as u64;
    let more = facet.distinct.saturating_sub(shown);
    view! {
        <details class="facet" open>
            <summary class="facet__title">
                <h3>{facet_title(field)}</h3>
                <span class="facet__distinct">{grouped(facet.distinct)}</span>
                <Icon name="chevron-down" />
            </summary>
            <ul class="facet__values">{values(facet.values, field, total, links)}</ul>
            {(shown == 0).then(|| view! { <p class="facet__empty">"No event here has one."</p> })}
            {(more > 0)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="facet__more js-only"
                            data-field=field.name()
                            data-distinct=facet.distinct.to_string()
                        >
                            {format!("{} more", grouped(more))}
                        </button>
                    }
                })}
            {(facet.missing > 0 && shown > 0)
                .then(|| {
                    let term = format!("-{}:*", field.name());
                    view! {
                        <a
                            class="facet__missing"
                            href=links.toggle_term(&term)
                            title=format!("Show only events without one ({term})")
                            data-noscroll
                        >
                            {format!("none: {}", grouped(facet.missing))}
                        </a>
                    }
                })}
        </details>
    }
}

/// The values of a facet as the items of a list.
pub fn values(values: Vec<FacetValue>, field: Field, total: u64, links: &Links) -> impl IntoView + use<> {
    values.into_iter().map(|value| value_view(links, field, value, total)).collect_view()
}

fn value_view(links: &Links, field: Field, value: FacetValue, total: u64) -> impl IntoView + use<> {
    let standing = links.standing(field, &value.value);
    let is_asked = standing == Standing::Asked;
    let include = links.toggle(field, &value.value);
    let exclude = links.exclude(field, &value.value);
    let label = value.label.clone().unwrap_or_else(|| match field {
        Field::Service => value.value.trim_end_matches(".amazonaws.com").to_owned(),
        _ => value.value.clone(),
    });
    let label = clipped(&label, MAX_LABEL);
    let title = clipped(&value.value, 1_000);
    let share = format!("{:.2}%", value.count as f64 / total.max(1) as f64 * 100.0);
    let inside = view! {
        <svg class="facet__share" width="100%" height="100%" aria-hidden="true">
            <rect width=share height="100%" />
        </svg>
        <bdi class="facet__label">{label.clone()}</bdi>
        <span class="facet__count">
            {grouped(value.count)} <span class="visually-hidden">" events"</span>
        </span>
    };
    let value_link = match include {
        Some(href) => view! {
            <a
                class="facet__include"
                href=href
                title=(title.len() > SHORT).then_some(title)
                aria-current=is_asked.then_some("true")
                data-noscroll
            >
                {inside}
            </a>
        }
        .into_any(),
        None => view! { <span class="facet__include" title=title>{inside}</span> }.into_any(),
    };
    view! {
        <li class="facet__value" class:facet__value--on=is_asked>
            {value_link}
            {exclude
                .map(|href| {
                    view! {
                        <a
                            class="facet__exclude"
                            href=href
                            aria-label=format!("Leave out {label}")
                            title="Leave out"
                            data-noscroll
                        >
                            <Icon name="exclude" />
                        </a>
                    }
                })}
        </li>
    }
}
