//! Colours by role, for a light and a dark page.
//!
//! Strategy and gain are blue, loss and the second curve orange: the pair stays apart under the usual colour
//! vision deficiencies (Okabe and Ito, 2008). Curves that share a plot also differ in dash and in lightness, so
//! that a grey print can be read. Heat cells stay pale (dark on a dark page), so that ink reads on every one.

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Background.
    Paper,
    /// Text and strong lines.
    Ink,
    /// Tick labels and notes.
    Muted,
    /// Grid lines.
    Grid,
    /// The strategy, the model, a gain.
    Main,
    /// What it is compared with.
    Reference,
    /// A loss; a second curve.
    Second,
    /// A third curve.
    Third,
    /// Heat cell, from -4 (worst) to 4 (best); others are clamped.
    Heat(i8),
}

/// Steps of heat on either side of zero.
pub const HEAT_STEPS: i8 = 4;
const PLAIN: [Role; 8] =
    [Role::Paper, Role::Ink, Role::Muted, Role::Grid, Role::Main, Role::Reference, Role::Second, Role::Third];
const COUNT: usize = PLAIN.len() + 9;

type Rgb = (u8, u8, u8);

impl Role {
    fn index(self) -> usize {
        match self {
            Self::Paper => 0,
            Self::Ink => 1,
            Self::Muted => 2,
            Self::Grid => 3,
            Self::Main => 4,
            Self::Reference => 5,
            Self::Second => 6,
            Self::Third => 7,
            Self::Heat(step) => (i16::from(step.clamp(-HEAT_STEPS, HEAT_STEPS)) + 12) as usize,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        PLAIN.into_iter().chain((-HEAT_STEPS..=HEAT_STEPS).map(Self::Heat))
    }

    /// Name of the CSS variable that holds this colour, such as `--ink` or `--heat-4`.
    fn css_name(self) -> String {
        match self {
            Self::Heat(step) if step < 0 => format!("--cold-{}", -step),
            Self::Heat(step) => format!("--heat-{step}"),
            plain => format!("--{}", format!("{plain:?}").to_lowercase()),
        }
    }
}

/// A full set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white.
    Light,
    /// Light on near-black.
    Dark,
    /// One unmistakable colour a role, to be replaced by CSS variables after drawing.
    Marked,
}

const LIGHT: [Rgb; COUNT] = [
    (255, 255, 255),
    (26, 29, 33),
    (91, 98, 107),
    (226, 229, 233),
    (0, 98, 165),
    (118, 122, 128),
    (194, 84, 0),
    (0, 122, 90),
    (240, 160, 120),
    (246, 188, 158),
    (250, 212, 192),
    (253, 233, 222),
    (243, 244, 246),
    (222, 236, 247),
    (192, 219, 241),
    (156, 199, 233),
    (118, 177, 224),
];

const DARK: [Rgb; COUNT] = [
    (20, 23, 28),
    (232, 234, 237),
    (160, 168, 178),
    (48, 54, 62),
    (98, 181, 240),
    (150, 156, 165),
    (244, 147, 74),
    (72, 199, 155),
    (150, 68, 20),
    (120, 58, 24),
    (90, 48, 27),
    (62, 39, 28),
    (34, 38, 44),
    (26, 48, 68),
    (24, 62, 95),
    (22, 78, 124),
    (20, 95, 155),
];

impl Theme {
    /// The colour of a role.
    #[must_use]
    pub fn color(self, role: Role) -> Rgb {
        let index = role.index();
        match self {
            Self::Light => LIGHT[index],
            Self::Dark => DARK[index],
            Self::Marked => (0xE1, 0xC3, index as u8),
        }
    }

    /// The CSS declarations of every role, such as `--ink:#1a1d21;`.
    #[must_use]
    pub fn css(self) -> String {
        Role::all()
            .map(|role| {
                let (r, g, b) = self.color(role);
                format!("{}:#{r:02x}{g:02x}{b:02x};", role.css_name())
            })
            .collect()
    }
}

/// Replaces the colours of [`Theme::Marked`] in SVG attributes by CSS variables.
#[must_use]
pub fn unmark(svg: &str) -> String {
    Role::all().fold(svg.to_string(), |text, role| {
        let (r, g, b) = Theme::Marked.color(role);
        text.replace(&format!("\"#{r:02X}{g:02X}{b:02X}\""), &format!("\"var({})\"", role.css_name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2.1 defines them.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |(r, g, b): Rgb| 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        let (high, low) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
        (high + 0.05) / (low + 0.05)
    }

    #[test]
    fn text_and_lines_stand_out_on_their_ground() {
        for theme in [Theme::Light, Theme::Dark] {
            let paper = theme.color(Role::Paper);
            assert!(contrast(theme.color(Role::Ink), paper) > 12.0);
            assert!(contrast(theme.color(Role::Muted), paper) > 4.5);
            for curve in [Role::Main, Role::Reference, Role::Second, Role::Third] {
                assert!(contrast(theme.color(curve), paper) > 3.0, "{theme:?} {curve:?}");
            }
            for step in -HEAT_STEPS..=HEAT_STEPS {
                let cell = theme.color(Role::Heat(step));
                assert!(contrast(theme.color(Role::Ink), cell) > 4.5, "{theme:?} heat {step}");
            }
        }
    }

    #[test]
    fn every_role_has_its_own_mark() {
        let marks: std::collections::BTreeSet<_> = Role::all().map(|role| Theme::Marked.color(role)).collect();
        assert_eq!(marks.len(), COUNT);
        assert_eq!(unmark("<a fill=\"#E1C301\" b=\"#E1C3\">#E1C301"), "<a fill=\"var(--ink)\" b=\"#E1C3\">#E1C301");
    }
}
