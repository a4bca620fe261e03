//! How someone likes to read: theme, density, time zone, default columns. Kept in the cookie `waymark-prefs`, read
//! while rendering, so that a page never changes its looks after it came.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::columns::{Column, Columns};

/// The cookie's name.
pub const COOKIE: &str = "waymark-prefs";

/// What someone prefers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefs {
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// How much room a row takes.
    pub density: Density,
    /// Which clock times are shown in.
    pub zone: Zone,
    /// The columns of a list that its address does not say.
    pub columns: Columns,
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How much room a row takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Density {
    /// Rows of 32 px.
    #[default]
    Comfortable,
    /// Rows of 26 px.
    Compact,
}

/// Which clock times are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Zone {
    /// UTC, as CloudTrail writes them.
    #[default]
    Utc,
    /// The browser's own.
    Local,
}

impl Theme {
    /// The value of `data-theme` on the document.
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one a button changes to next.
    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }
}

impl Density {
    /// The value of `data-density` on the document.
    pub fn word(self) -> &'static str {
        match self {
            Density::Comfortable => "comfortable",
            Density::Compact => "compact",
        }
    }

    /// The other one.
    pub fn next(self) -> Density {
        match self {
            Density::Comfortable => Density::Compact,
            Density::Compact => Density::Comfortable,
        }
    }
}

impl Zone {
    /// As it stands in the cookie.
    pub fn word(self) -> &'static str {
        match self {
            Zone::Utc => "utc",
            Zone::Local => "local",
        }
    }

    /// The other one.
    pub fn next(self) -> Zone {
        match self {
            Zone::Utc => Zone::Local,
            Zone::Local => Zone::Utc,
        }
    }
}

impl Prefs {
    /// Reads the cookie's value; what it does not say, or says wrongly, is the default.
    pub fn read(cookie: &str) -> Prefs {
        let mut prefs = Prefs::default();
        for (key, value) in cookie.split('.').filter_map(|pair| pair.split_once('_')) {
            match (key, value) {
                ("theme", "light") => prefs.theme = Theme::Light,
                ("theme", "dark") => prefs.theme = Theme::Dark,
                ("density", "compact") => prefs.density = Density::Compact,
                ("zone", "local") => prefs.zone = Zone::Local,
                ("cols", names) => {
                    let columns: Vec<Column> = names.split('~').filter_map(Column::from_name).collect();
                    if !columns.is_empty() {
                        prefs.columns = Columns::new(columns);
                    }
                }
                _ => {}
            }
        }
        prefs
    }

    /// The cookie's value: only characters that a cookie may hold.
    pub fn write(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(Column::name).collect();
        format!(
            "theme_{}.density_{}.zone_{}.cols_{}",
            self.theme.word(),
            self.density.word(),
            self.zone.word(),
            names.join("~")
        )
    }

    /// The preferences of this request.
    #[cfg(feature = "ssr")]
    pub fn of_request() -> Prefs {
        crate::server::cookie(COOKIE).map(|cookie| Prefs::read(&cookie)).unwrap_or_default()
    }
}

/// Makes the preferences known to everything below. The browser starts with those the server rendered with.
pub fn provide_prefs() -> RwSignal<Prefs> {
    #[cfg(feature = "ssr")]
    let first = SharedValue::new(Prefs::of_request).into_inner();
    #[cfg(not(feature = "ssr"))]
    let first = SharedValue::new(Prefs::default).into_inner();
    let prefs = RwSignal::new(first);
    provide_context(prefs);
    prefs
}

/// The preferences; change them with [`change`].
pub fn use_prefs() -> RwSignal<Prefs> {
    use_context().unwrap_or_else(|| RwSignal::new(Prefs::default()))
}

/// Changes the preferences and keeps them for a year.
pub fn change(prefs: RwSignal<Prefs>, with: impl FnOnce(&mut Prefs)) {
    prefs.update(with);
    crate::browser::keep_prefs(&prefs.get_untracked());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_says_back_what_was_kept() {
        let prefs = Prefs {
            theme: Theme::Dark,
            density: Density::Compact,
            zone: Zone::Local,
            columns: Columns::new(vec![Column::Who, Column::Event]),
        };
        assert_eq!(Prefs::read(&prefs.write()), prefs);
        assert_eq!(Prefs::read(&Prefs::default().write()), Prefs::default());
    }

    #[test]
    fn nonsense_in_a_cookie_is_the_default() {
        for cookie in ["", "theme_<script>", "cols_", "cols_nothing~else", "....", "zone_utc.zone"] {
            assert_eq!(Prefs::read(cookie), Prefs::default(), "{cookie}");
        }
    }
}
