//! Bars for tests, by hand and simulated, and an account that follows intents.

use std::collections::BTreeMap;

use crate::domain::{Bar, Ts};
use crate::trade::event::{Direction, Hours, Signal};
use crate::trade::strategies::params::Params;
use crate::trade::strategies::{AnyStrategy, Event, Intents, Strategy, View, find};

pub const MINUTE: i64 = 60_000_000;

/// A bar of five minutes, the `index`th of its session, at one price.
pub fn bar(session: i32, index: i64, close: f64) -> Bar {
    let ts = Ts::from_day(session).plus(index * 5 * MINUTE);
    Bar {
        ts,
        close_ts: ts.plus(5 * MINUTE),
        session_date: session,
        open: close,
        high: close,
        low: close,
        close,
        volume: 1.0,
        vwap: f64::NAN,
    }
}

/// A strategy of the catalogue with some of its parameters given, for two assets.
pub fn build(name: &str, given: &[(&str, &str)]) -> AnyStrategy {
    let spec = find(name).unwrap();
    let given: BTreeMap<String, String> =
        given.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect();
    spec.build(&Params::check(spec.params, &given).unwrap(), 2).unwrap()
}

/// What the catalogue says against parameters.
pub fn refusal(name: &str, given: &[(&str, &str)]) -> String {
    let spec = find(name).unwrap();
    let given = given.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect();
    let checked = Params::check(spec.params, &given);
    checked.and_then(|params| spec.build(&params, 1)).unwrap_err().to_string()
}

/// What a strategy sees of an account that holds `size` units of asset 0.
pub fn view(size: f64, hours: Option<Hours>) -> View {
    View { asset: 0, size, leaving: false, pending: None, hours }
}

/// An account of one unit an asset: fills at the next bar, and is stopped out by chance.
#[derive(Debug, Clone, Default)]
pub struct Account {
    size: f64,
    wanted: Option<f64>,
}

impl Account {
    /// What is held at the close of the next bar.
    pub fn advance(&mut self, stopped: bool) -> f64 {
        self.size = if stopped { 0.0 } else { self.wanted.unwrap_or(self.size) };
        self.wanted = None;
        self.size
    }

    pub fn obey(&mut self, intents: &Intents) {
        if intents.exit {
            self.wanted = Some(0.0);
        }
        let left = self.wanted.unwrap_or(self.size) == 0.0;
        if let Some(enter) = intents.enter.filter(|_| left) {
            self.wanted = Some(enter.direction.sign());
        }
    }
}

/// What happens at one bar of a simulated series.
#[derive(Debug, Clone)]
pub struct Moment {
    pub bar: Bar,
    pub hours: Option<Hours>,
    pub signals: Vec<Signal>,
    /// Whether a stop ends what is held inside the bar.
    pub stopped: bool,
}

/// Everything a strategy answers over a series in an account that obeys it: size held, and intents event by event.
pub fn decisions(strategy: &mut AnyStrategy, asset: usize, moments: &[Moment]) -> Vec<(f64, Intents)> {
    let mut account = Account::default();
    moments.iter().flat_map(|moment| step(strategy, asset, &mut account, moment)).collect()
}

/// The answers to the bar and the signals of one moment.
pub fn step(strategy: &mut AnyStrategy, asset: usize, account: &mut Account, moment: &Moment) -> Vec<(f64, Intents)> {
    let view = View { asset, hours: moment.hours, ..view(account.advance(moment.stopped), None) };
    let events = std::iter::once(Event::Bar(&moment.bar)).chain(moment.signals.iter().map(Event::Signal));
    events
        .map(|event| {
            let intents = strategy.on_event(&view, &event);
            account.obey(&intents);
            (view.size, intents)
        })
        .collect()
}

/// Numbers that look random and are the same for the same seed (xorshift*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 to 1.
    pub fn roll(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.roll() < probability
    }
}

/// How a simulated series is cut into sessions.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub sessions: i32,
    pub bars: i64,
    /// How likely a number of a bar is unknown.
    pub unknown: f64,
}

/// A drifting random walk with hours, signals of every kind and, now and then, something unknown; SYNTHETIC.
pub fn simulated(seed: u64, shape: Shape) -> Vec<Moment> {
    let mut dice = Dice::new(seed);
    let (mut close, mut drift, mut found) = (100.0, 0.0, Vec::new());
    for session in 0..shape.sessions {
        // Sessions leave days out, as weekends do.
        let day = session + session / 5 * 2;
        for index in 0..shape.bars {
            if dice.chance(0.03) {
                drift = (dice.roll() - 0.5) * 0.004;
            }
            let open: f64 = close;
            close *= 1.0 + drift + (dice.roll() - 0.5) * 0.01;
            let mut bar = bar(day, index, close);
            bar.open = open;
            bar.high = open.max(close) * (1.0 + dice.roll() * 0.002);
            bar.low = open.min(close) * (1.0 - dice.roll() * 0.002);
            bar.volume = (dice.roll() * 1000.0).floor();
            bar.vwap = if dice.chance(0.3) { (bar.high + bar.low) / 2.0 } else { f64::NAN };
            if dice.chance(shape.unknown) {
                bar.volume = f64::NAN;
            }
            if dice.chance(shape.unknown) {
                bar.close = f64::NAN;
            }
            found.push(Moment { bar, hours: None, signals: signals(&mut dice), stopped: dice.chance(0.02) });
        }
        // The window opens a bar late and closes with the session, so that its ends are inside the data.
        let hours =
            Hours { open: Ts::from_day(day).plus(10 * MINUTE), close: Ts::from_day(day).plus(shape.bars * 5 * MINUTE) };
        let known = dice.chance(0.8);
        let newest = found.len() - shape.bars as usize;
        found[newest..].iter_mut().for_each(|moment| moment.hours = known.then_some(hours));
    }
    found
}

/// Context first, then opinions, as the engine tells them.
fn signals(dice: &mut Dice) -> Vec<Signal> {
    let mut found = Vec::new();
    if dice.chance(0.2) {
        let level = if dice.chance(0.1) { f64::NAN } else { 10.0 + dice.roll() * 10.0 };
        found.push(Signal::VolatilityIndex { level });
    }
    if dice.chance(0.1) {
        found.push(Signal::Sentiment { score: dice.roll() * 2.0 - 1.0 });
    }
    if dice.chance(0.9) {
        let probability = if dice.chance(0.05) { f64::NAN } else { dice.roll() };
        found.push(Signal::Prediction { probability, side: None });
    }
    if dice.chance(0.3) {
        let direction = [None, Some(Direction::Long), Some(Direction::Short)][(dice.roll() * 3.0) as usize];
        found.push(Signal::Directed { direction, confidence: dice.chance(0.5).then_some(0.5) });
    }
    found
}
