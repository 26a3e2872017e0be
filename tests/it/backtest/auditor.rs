//! A sink that keeps its own books, from fills and corporate actions alone, and compares them at every step.

use std::collections::BTreeMap;

use workstation::backtest::Plan;
use workstation::domain::Ts;
use workstation::trade::{
    Account, Action, Direction, ExitReason, Fill, Order, OrderKind, Outcome, Phase, Side, Sink, Step, Style, Trade,
};

/// One strategy's position in one asset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Book {
    /// Signed units.
    pub size: f64,
    entry: f64,
    /// Commission of the entry, and carry, of what is still held.
    paid: f64,
    carry: f64,
    mark: f64,
    /// Session of the first entry.
    session: i32,
    /// Of the position since it was flat: units and value in, units and value out, and what else went in or out of cash.
    went_in: [f64; 2],
    went_out: [f64; 2],
    beside: f64,
}

impl Book {
    /// What came of the position, from the money that moved: units, mean prices in and out, cash in all.
    fn round_trip(&self, side: f64) -> [f64; 4] {
        let ([bought, cost], [sold, proceeds]) = (self.went_in, self.went_out);
        [bought, cost / bought, proceeds / sold, side * (proceeds - cost) + self.beside]
    }
}

/// What came in within a step, in order.
enum Event {
    Outcome(u64, Outcome),
    Fill(Fill),
    Trade(Trade),
}

pub struct Auditor {
    plan: Plan,
    assets: usize,
    cash: f64,
    pub books: Vec<Book>,
    realised: f64,
    pub orders: Vec<(Order, Option<Outcome>)>,
    /// Units executed of each order.
    filled: BTreeMap<u64, f64>,
    /// Splits since an order was given.
    ratios: BTreeMap<u64, f64>,
    decided: usize,
    fresh: Vec<Event>,
    session: Option<i32>,
    /// Units of each asset's bar traded so far.
    traded: Vec<f64>,
    /// Time of the last thing that happened.
    now: Ts,
    /// Day, equity before it, and whether it has lost too much.
    breaker: (i32, f64, bool),
    equity: f64,
    pub partial: usize,
    /// Steps that told opens alone.
    pub opens: usize,
}

impl Auditor {
    pub fn new(plan: &Plan, assets: usize) -> Self {
        let slots = assets * plan.strategies.len();
        Self {
            plan: plan.clone(),
            assets,
            cash: plan.settings.capital,
            books: vec![Book::default(); slots],
            realised: 0.0,
            orders: vec![],
            filled: BTreeMap::new(),
            ratios: BTreeMap::new(),
            decided: 0,
            fresh: vec![],
            session: None,
            traded: vec![0.0; assets],
            now: Ts(i64::MIN),
            breaker: (i32::MIN, plan.settings.capital, false),
            equity: plan.settings.capital,
            partial: 0,
            opens: 0,
        }
    }

    fn near(&self, ours: f64, theirs: f64) {
        let scale = self.plan.settings.capital.max(theirs.abs());
        assert!((ours - theirs).abs() <= 1e-9 * scale, "{ours} is not {theirs}");
    }

    fn act(&mut self, asset: usize, action: Action) {
        for slot in (asset..self.books.len()).step_by(self.assets) {
            let book = &mut self.books[slot];
            match action {
                Action::Split(ratio) => {
                    book.size *= ratio;
                    book.went_in[0] *= ratio;
                    book.went_out[0] *= ratio;
                    book.entry /= ratio;
                    book.mark /= ratio;
                }
                Action::Dividend(cash) => {
                    self.cash += book.size * cash;
                    book.carry += book.size * cash;
                    book.beside += book.size * cash;
                    book.mark -= cash;
                }
            }
        }
        if let Action::Split(ratio) = action {
            for (order, outcome) in self.orders.iter().filter(|(order, _)| order.asset == asset) {
                if outcome.is_none() {
                    *self.ratios.entry(order.id).or_insert(1.0) *= ratio;
                    self.filled.entry(order.id).and_modify(|units| *units *= ratio);
                }
            }
        }
    }

    /// Interest on short positions, for the calendar days between sessions.
    fn borrow(&mut self, session: i32) {
        let days = self.session.replace(session).map_or(0, |before| session - before);
        for book in self.books.iter_mut().filter(|book| book.size < 0.0 && days > 0) {
            let cost = self.plan.costs.borrow_rate * (book.size * book.mark).abs() * f64::from(days) / 365.0;
            self.cash -= cost;
            book.carry -= cost;
            book.beside -= cost;
        }
    }

    /// Takes a fill; gives the direction of the position that it closed, and what came of that.
    fn book(&mut self, fill: &Fill) -> Option<(Direction, [f64; 4])> {
        *self.filled.entry(fill.order_id).or_default() += fill.size;
        self.cash -= fill.side.sign() * fill.size * fill.price + fill.commission;
        let (order, _) = &self.orders[fill.order_id as usize - 1];
        let book = &mut self.books[fill.strategy * self.assets + fill.asset];
        let added = fill.side.sign() * fill.size;
        let side = if book.size == 0.0 { added.signum() } else { book.size.signum() };
        let way = if added * side > 0.0 { &mut book.went_in } else { &mut book.went_out };
        *way = [way[0] + fill.size, way[1] + fill.size * fill.price];
        book.beside -= fill.commission;
        let mut closed = None;
        if matches!(order.kind, OrderKind::Entry(_)) {
            assert!(book.size * added >= 0.0, "an entry adds: {fill:?} to {book:?}");
            if book.size == 0.0 {
                book.session = self.session.expect("a session has begun");
            }
            book.entry = (book.entry * book.size + fill.price * added) / (book.size + added);
            book.size += added;
            book.paid += fill.commission;
        } else {
            assert_eq!(fill.side, if book.size > 0.0 { Side::Sell } else { Side::Buy }, "an exit takes away");
            let share = fill.size / book.size.abs();
            assert!(share <= 1.0 + 1e-12, "an exit closes what is held: {fill:?} {book:?}");
            let [paid, carry] = [book.paid * share, book.carry * share];
            self.realised += -added * (fill.price - book.entry) - paid - fill.commission + carry;
            let is_all = share > 1.0 - 1e-12;
            self.partial += usize::from(!is_all);
            let left = Book { size: book.size + added, paid: book.paid - paid, carry: book.carry - carry, ..*book };
            if is_all {
                closed = Some((if side > 0.0 { Direction::Long } else { Direction::Short }, book.round_trip(side)));
            }
            *book = if is_all { Book { mark: book.mark, ..Book::default() } } else { left };
        }
        book.mark = fill.price;
        closed
    }

    /// A trade is a position from flat to flat: each is told right behind the fill that leaves nothing of it.
    fn check_trade(&self, trade: &Trade, closed: Option<(Direction, [f64; 4])>) {
        let (direction, [units, entry, exit, pnl]) = closed.unwrap_or_else(|| panic!("nothing was closed: {trade:?}"));
        let near = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-9);
        assert!(near(units, trade.size) && near(entry, trade.entry_price) && near(exit, trade.exit_price), "{trade:?}");
        assert_eq!(direction, trade.direction);
        self.near(pnl, trade.pnl);
    }

    fn check_fill(&self, fill: &Fill, step: &Step) {
        let tick = step.ticks.iter().find(|tick| tick.asset == fill.asset).expect("a fill needs a bar of its asset");
        let (bar, (order, _)) = (tick.bar, &self.orders[fill.order_id as usize - 1]);
        assert_eq!(fill.ts, bar.ts, "fills carry their bar");
        let is_entry = matches!(order.kind, OrderKind::Entry(_));
        let breaks = is_entry && self.breaker.2 && self.breaker.0 == step.session_date;
        assert!(!breaks, "nothing is entered in a session that has lost too much: {fill:?}");
        assert!(fill.ref_price >= bar.low && fill.ref_price <= bar.high, "{fill:?} is outside {bar:?}");
        assert!(fill.ts >= order.decided_ts, "{fill:?} comes before {order:?}");
        assert!(fill.size > 0.0 && fill.commission >= 0.0 && fill.slippage >= 0.0);
        let against = (fill.price - fill.ref_price) * fill.side.sign();
        assert!(
            (fill.slippage - against * fill.size).abs() <= 1e-9 * fill.price * fill.size,
            "slippage costs: {fill:?}"
        );
        assert!(!tick.halted || tick.last, "nothing trades in a halt: {fill:?}");
        let limit = match order.style {
            Style::Limit(limit) | Style::StopLimit { limit, .. } if !self.ratios.contains_key(&order.id) => limit,
            _ => fill.price,
        };
        assert!((fill.price - limit) * fill.side.sign() <= 1e-9 * limit, "not beyond the limit: {fill:?} {order:?}");
        let at_open = matches!(order.kind, OrderKind::Exit(ExitReason::Signal | ExitReason::MaxHolding));
        if at_open || order.kind_is_entry() && order.style == Style::Market {
            assert_eq!(fill.ref_price, bar.open, "decided market orders fill at the open");
            assert!(step.phase != Phase::Close, "and not later");
        }
        if step.phase == Phase::Open {
            assert_eq!(fill.ref_price, bar.open, "nothing but the open is known");
        }
    }

    /// Things happen in order of time.
    fn check_time(&mut self, step: &Step) {
        let times =
            step.ticks.iter().map(|tick| if step.phase == Phase::Close { tick.bar.close_ts } else { tick.bar.ts });
        let now = times.max().expect("a step has bars");
        assert!(now >= self.now, "{now} comes after {}", self.now);
        let closes = step.ticks.iter().map(|tick| tick.bar.close_ts).max().expect("a step has bars");
        self.now = if step.phase == Phase::Whole { closes } else { now };
    }

    /// What a close makes of the breaker.
    fn watch(&mut self, step: &Step, account: &Account) {
        if self.breaker.0 != step.session_date {
            self.breaker = (step.session_date, self.equity, false);
        }
        let cap = self.plan.settings.limits.daily_loss_cap;
        self.breaker.2 |= cap.is_some_and(|cap| account.equity <= self.breaker.1 * (1.0 - cap));
        self.equity = account.equity;
    }

    fn check_outcome(&self, order_id: u64, outcome: &Outcome) {
        let done = self.filled.get(&order_id).copied().unwrap_or(0.0);
        let told = match outcome {
            Outcome::Filled(units) => *units,
            Outcome::Cancelled { filled, .. } => *filled,
            Outcome::Refused(_) => 0.0,
        };
        assert!((told - done).abs() <= 1e-9 * done.max(1.0), "order {order_id}: {done} executed, {outcome:?}");
    }

    /// Bars trade no more than the share that is allowed.
    fn check_volume(&self, step: &Step) {
        let Some(cap) = self.plan.volume_cap else { return };
        for tick in step.ticks.iter().filter(|tick| !tick.last) {
            let traded = self.traded[tick.asset];
            // Of an unknown volume nothing is traded.
            let most = (cap * tick.bar.volume).max(0.0);
            assert!(traded <= most * (1.0 + 1e-9), "{traded} of {most}");
        }
    }

    fn check_decisions(&mut self, step: &Step) {
        for (order, _) in &self.orders[std::mem::replace(&mut self.decided, self.orders.len())..] {
            let tick = step.ticks.iter().find(|tick| tick.asset == order.asset);
            let made_inside = matches!(
                order.kind,
                OrderKind::Exit(
                    ExitReason::StopLoss | ExitReason::TakeProfit | ExitReason::EndOfData | ExitReason::SquareOff
                )
            );
            // What the account decides may be about an asset without a bar.
            let Some(tick) = tick else {
                assert!(matches!(order.kind, OrderKind::Exit(ExitReason::Drawdown | ExitReason::MarginCall)));
                continue;
            };
            let account = matches!(order.kind, OrderKind::Exit(ExitReason::Drawdown | ExitReason::MarginCall));
            assert!(made_inside || step.phase != Phase::Open, "nothing is decided at an open: {order:?}");
            let wanted = if made_inside { tick.bar.ts } else { tick.bar.close_ts };
            assert!(order.decided_ts == wanted || account && order.decided_ts >= wanted, "{order:?}");
        }
    }

    fn check_account(&self, step: &Step, account: &Account) {
        let value: f64 = self.books.iter().map(|book| book.size * book.mark).sum();
        let open = |book: &Book| book.size * (book.mark - book.entry) - book.paid + book.carry;
        let unrealised: f64 = self.books.iter().filter(|book| book.size != 0.0).map(open).sum();
        self.near(account.cash, self.cash);
        self.near(account.equity, self.cash + value);
        self.near(account.equity, self.plan.settings.capital + self.realised + unrealised);
        self.near(account.exposure, self.books.iter().map(|book| (book.size * book.mark).abs()).sum());
        let settings = &self.plan.settings;
        let alone = self.books.len() == 1 && account.equity >= 0.0;
        if (alone || settings.limits.only == Some(Direction::Long)) && settings.margin == 1.0 {
            assert!(account.cash >= -1e-9 * settings.capital, "no money is borrowed: {}", account.cash);
        }
        let open = self.books.iter().filter(|book| book.size != 0.0).count();
        assert!(settings.limits.max_positions.is_none_or(|most| open <= most as usize), "{open} positions");
        if settings.limits.only == Some(Direction::Long) {
            assert!(self.books.iter().all(|book| book.size >= 0.0), "no shorts");
        }
        for tick in step.ticks.iter().filter(|tick| !tick.halted) {
            for (strategy, squared) in self.plan.square_off.iter().enumerate() {
                if squared.is_some() && self.plan.volume_cap.is_none() {
                    let book = self.books[strategy * self.assets + tick.asset];
                    assert!(book.size == 0.0 || !tick.session_end, "nothing is held over night");
                    // A halt at the end is made up for at the next open.
                    assert!(book.size == 0.0 || book.session == step.session_date, "nor into the next day");
                }
            }
        }
    }
}

trait Kind {
    fn kind_is_entry(&self) -> bool;
}

impl Kind for Order {
    fn kind_is_entry(&self) -> bool {
        matches!(self.kind, OrderKind::Entry(_))
    }
}

impl Sink for Auditor {
    fn order(&mut self, order: &Order) {
        self.orders.push((*order, None));
        assert_eq!(order.id as usize, self.orders.len(), "ids count up");
    }

    fn outcome(&mut self, order_id: u64, outcome: &Outcome) {
        self.fresh.push(Event::Outcome(order_id, *outcome));
    }

    fn fill(&mut self, fill: &Fill) {
        self.fresh.push(Event::Fill(*fill));
    }

    fn trade(&mut self, trade: &Trade) {
        assert!(trade.exit_ts >= trade.entry_ts && trade.entry_ts >= trade.decided_ts);
        assert!((trade.pnl - trade.return_pct() / 100.0 * trade.size * trade.entry_price).abs() < 1e-6);
        self.fresh.push(Event::Trade(*trade));
    }

    fn opened(&mut self, step: &Step) {
        assert_eq!(step.phase, Phase::Open);
        assert!(step.signals.is_empty(), "signals are known at closes");
        self.opens += 1;
        self.take(step);
        self.check_decisions(step);
    }

    fn account(&mut self, step: &Step, account: &Account) {
        assert_ne!(step.phase, Phase::Open);
        self.take(step);
        self.check_decisions(step);
        for tick in &step.ticks {
            for slot in (tick.asset..self.books.len()).step_by(self.assets) {
                self.books[slot].mark = tick.bar.close;
            }
        }
        self.check_account(step, account);
        self.watch(step, account);
    }
}

impl Auditor {
    /// Books what a step brought.
    fn take(&mut self, step: &Step) {
        self.check_time(step);
        for at in &step.actions {
            self.act(at.asset, at.action);
        }
        self.borrow(step.session_date);
        if step.phase != Phase::Close {
            step.ticks.iter().for_each(|tick| self.traded[tick.asset] = 0.0);
        }
        let mut ended = Vec::new();
        let mut closed = None;
        for event in std::mem::take(&mut self.fresh) {
            match event {
                Event::Fill(fill) => {
                    self.traded[fill.asset] += fill.size;
                    self.check_fill(&fill, step);
                    assert!(closed.is_none(), "a closed position makes a trade before anything else: {closed:?}");
                    closed = self.book(&fill);
                }
                Event::Outcome(order_id, outcome) => ended.push((order_id, outcome)),
                Event::Trade(trade) => self.check_trade(&trade, closed.take()),
            }
        }
        assert!(closed.is_none(), "a closed position makes a trade: {closed:?}");
        // An outcome is told before its last fill.
        for (order_id, outcome) in ended {
            self.check_outcome(order_id, &outcome);
            let known = &mut self.orders[order_id as usize - 1].1;
            assert!(known.is_none(), "an order ends once");
            *known = Some(outcome);
        }
        self.check_volume(step);
    }
}
