"""The cases that backtesting_peer.py runs: parameters over DEFAULTS, series, what is special about them."""

DEFAULTS = {
    "fast": 10,
    "slow": 20,
    "capital": 100_000,
    "sizing": "units:100",
    "commission": 0.0,
    "commission_fixed": 0.0,
    "direction": "both",
    "entry": "market",
    "offset": 0.0,
    "points": 0.0,
    "cancel_after": 0,
    "stop_loss": 0.0,
    "take_profit": 0.0,
    "levels": "fill",
    "fill": "next_open",
    "exclusive": 0,
    "margin": 1.0,
}

ALL = ("walk_1d", "trend_1h", "jumpy_1h", "tick_1d", "touch_1d")
SHORT = {"fast": 3, "slow": 8}
BRACKET = {"stop_loss": 0.02, "take_profit": 0.03}
NARROW = {"stop_loss": 0.012, "take_profit": 0.018}
FEE = {"commission": 0.001}

CASES = {
    "reverse": ({}, ALL, "leaves and enters the other way at the same open"),
    "reverse_short": (SHORT, ("walk_1d", "tick_1d"), "shorter averages; ties on tick_1d repeat a cross"),
    "long_only": ({"direction": "long"}, ALL, "a down-cross only closes"),
    "commission": (FEE, ("walk_1d", "trend_1h"), "a fraction of the value, each side"),
    "commission_fixed": (
        {"commission": 0.0005, "commission_fixed": 2.5},
        ("walk_1d", "trend_1h"),
        "currency an order and a fraction of the value, each side",
    ),
    "bracket": (
        BRACKET,
        ALL,
        "levels from the entry fill; entry bar watched; stop first; touch_1d: equality is a touch",
    ),
    "bracket_short": (
        {**SHORT, **NARROW, **FEE},
        ("walk_1d", "trend_1h", "jumpy_1h"),
        "levels from the entry fill, near ones: exits in the entry bar, bars that touch both",
    ),
    "bracket_stop": ({**SHORT, **FEE, "stop_loss": 0.015}, ("walk_1d", "jumpy_1h"), "a stop alone"),
    "bracket_target": ({**SHORT, **FEE, "take_profit": 0.015}, ("walk_1d", "jumpy_1h"), "a target alone"),
    "bracket_long": ({**SHORT, **NARROW, "direction": "long"}, ("walk_1d", "jumpy_1h"), "long only, with brackets"),
    "bracket_order": (
        {**SHORT, **NARROW, "levels": "order"},
        ("walk_1d", "jumpy_1h", "tick_1d"),
        "levels from the deciding close; an entry that opens beyond its stop is left at that open",
    ),
    "limit": ({"entry": "limit", "offset": 0.004}, ALL, "good until the next cross; a gap through fills at the open"),
    "limit_cancel": (
        {**SHORT, **FEE, "entry": "limit", "offset": 0.01, "cancel_after": 3},
        ("walk_1d", "trend_1h", "jumpy_1h"),
        "works for three bars after the deciding one",
    ),
    "limit_touch": (
        {**SHORT, "entry": "limit", "points": 0.5},
        ("tick_1d",),
        "half a unit of price below the close, on the grid: equality fills",
    ),
    "limit_bracket": (
        {**SHORT, **NARROW, "entry": "limit", "offset": 0.004},
        ("walk_1d", "trend_1h", "jumpy_1h"),
        "brackets of a limit entry are watched from the bar after the entry",
    ),
    "stop": ({"entry": "stop", "offset": 0.004}, ALL, "good until the next cross; a gap through fills at the open"),
    "stop_cancel": (
        {**SHORT, **FEE, "entry": "stop", "offset": 0.008, "cancel_after": 3},
        ("walk_1d", "trend_1h", "jumpy_1h"),
        "works for three bars after the deciding one",
    ),
    "stop_touch": ({**SHORT, "entry": "stop", "points": 0.5}, ("tick_1d",), "on the grid: equality fills"),
    "stop_bracket": (
        {**SHORT, **NARROW, "entry": "stop", "offset": 0.004, "levels": "order"},
        ("walk_1d", "trend_1h", "jumpy_1h"),
        "levels from the stop price; in the entry bar only a target that was touched without the stop",
    ),
    "percent": ({**FEE, "sizing": "equity:0.5"}, ALL, "whole units, floored, commission included"),
    "percent_most": (
        {**SHORT, **FEE, "sizing": "equity:0.95", "capital": 25_000},
        ("walk_1d", "trend_1h"),
        "whole units, floored, commission included",
    ),
    "percent_bracket": (
        {**SHORT, **NARROW, **FEE, "sizing": "equity:0.3"},
        ("walk_1d", "trend_1h"),
        "size from the cash after the exit at the same open",
    ),
    "on_close": (
        {**FEE, "fill": "close"},
        ("walk_1d", "jumpy_1h", "tick_1d"),
        "fills at the deciding close, stamped so",
    ),
    "on_close_bracket": (
        {**SHORT, **NARROW, "fill": "close"},
        ("walk_1d", "jumpy_1h"),
        "levels from the deciding close, watched from the bar after it",
    ),
    "exclusive": (
        {**FEE, "exclusive": 1},
        ("walk_1d", "tick_1d"),
        "the library closes by itself: trades of a reversal",
    ),
    "margin": (
        {**FEE, "margin": 0.5, "sizing": "equity:0.9", "capital": 20_000},
        ("walk_1d", "trend_1h"),
        "0.9 of twice the equity, in whole units; borrowed money costs nothing",
    ),
    "refused": (
        {**SHORT, **FEE, "capital": 10_300},
        ("walk_1d", "trend_1h"),
        "an entry that costs more than the cash is dropped; the next cross tries again",
    ),
    "refused_margin": (
        {**SHORT, **FEE, "capital": 10_300, "sizing": "units:190", "margin": 0.5},
        ("walk_1d", "trend_1h"),
        "an entry that costs more than twice the equity is dropped",
    ),
}


def params(case):
    return {**DEFAULTS, **CASES[case][0]}


def spelled(case):
    return ";".join(f"{key}={value}" for key, value in params(case).items())
