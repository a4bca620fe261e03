//! Counts by value beside a list: a press asks for a value, another leaves it out.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

use super::icon::Icon;
use crate::address::Address;
use crate::api::events::{CompleteRequest, fetch_values};
use crate::browser;
use crate::links::{Links, Standing};
use crate::text::{clipped, grouped};
use cloudtrail::search::{Facet as Counts, FacetValue, Field};

/// How many values a facet shows when asked for more.
const MORE: u32 = 100;
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

/// All facets of a search.
#[component]
pub fn Facets(facets: Vec<Counts>, total: u64, address: Address) -> impl IntoView {
    let links = StoredValue::new(Links::new(&address));
    let navigate = use_navigate();
    // Alt with a press on a value leaves it out, as the small button beside it does.
    let exclude = move |event: ev::MouseEvent| {
        if event.alt_key()
            && let Some(value) = browser::closest(&event, ".facet__value")
            && let Ok(Some(link)) = value.query_selector("a.facet__exclude")
            && let Some(href) = link.get_attribute("href")
        {
            event.prevent_default();
            navigate(&href, Default::default());
        }
    };
    view! {
        <div class="facets" on:click=exclude>
            {facets
                .into_iter()
                .map(|facet| view! { <Facet facet total links address=address.clone() /> })
                .collect_view()}
        </div>
    }
}

#[component]
fn Facet(facet: Counts, total: u64, links: StoredValue<Links>, address: Address) -> impl IntoView {
    let field = facet.field;
    let shown = facet.values.len() as u64;
    let values = RwSignal::new(facet.values);
    let is_loading = RwSignal::new(false);
    let was_loaded = RwSignal::new(false);
    let more = facet.distinct.saturating_sub(shown);
    let rest = move || facet.distinct.saturating_sub(values.read().len() as u64);
    let load_more = move |_| {
        let address = address.clone();
        is_loading.set(true);
        spawn_local(async move {
            let request = CompleteRequest {
                field: field.name().to_owned(),
                prefix: String::new(),
                q: address.query().to_owned(),
                from: address.from.clone(),
                to: address.to.clone(),
                limit: MORE,
            };
            let answer = fetch_values(address.account, request).await;
            // The page may be gone, or without an answer: what was shown stays.
            if let Ok(answer) = answer
                && answer.len() as u64 >= shown
            {
                values.try_set(answer);
                was_loaded.try_set(true);
            }
            is_loading.try_set(false);
        });
    };
    let list = move || {
        values
            .get()
            .into_iter()
            .map(|value| links.with_value(|links| value_view(links, field, value, total)))
            .collect_view()
    };
    view! {
        <details class="facet" open>
            <summary class="facet__title">
                <h3>{facet_title(field)}</h3>
                <span class="facet__distinct">{grouped(facet.distinct)}</span>
                <Icon name="chevron-down" />
            </summary>
            <ul class="facet__values">{list}</ul>
            {(shown == 0)
                .then(|| view! { <p class="facet__empty">"No event here has one."</p> })}
            {(more > 0)
                .then(|| {
                    let hint = move || {
                        format!("{} more: type {}: in the search, and how they begin", grouped(rest()), field.name())
                    };
                    view! {
                        <button
                            type="button"
                            class="facet__more js-only"
                            on:click=load_more
                            disabled=is_loading
                            hidden=move || was_loaded.get()
                        >
                            {format!("{} more", grouped(more))}
                        </button>
                        <p class="facet__empty" hidden=move || !was_loaded.get() || rest() == 0>
                            {hint}
                        </p>
                    }
                })}
            {(facet.missing > 0 && shown > 0)
                .then(|| {
                    let term = format!("-{}:*", field.name());
                    view! {
                        <a
                            class="facet__missing"
                            href=links.with_value(|links| links.toggle_term(&term))
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
