//! How the numbers are defined, and by whom.

/// Name, definition, source.
pub const DEFINITIONS: [(&str, &str, &str); 10] = [
    (
        "Deflated Sharpe ratio",
        "The probabilistic Sharpe ratio against SR\u{2080} instead of 0: the probability, given the length, skewness and \
         kurtosis of the winner's daily returns, that its true Sharpe ratio is above SR\u{2080}.",
        "Bailey and L\u{f3}pez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014",
    ),
    (
        "SR\u{2080}",
        "The Sharpe ratio expected of the best of N trials without skill: \u{221a}V \u{d7} ((1 \u{2212} \u{3b3}) Z(1 \u{2212} 1/N) + \u{3b3} Z(1 \u{2212} 1/(N e))), V the variance \
         of the trials' Sharpe ratios, \u{3b3} Euler's constant, Z the normal quantile. N is everything distinct ever tried on these days: \
         trials, those stopped early included, backtests and cells of campaigns.",
        "As above",
    ),
    (
        "Probabilistic Sharpe ratio, minimum track record",
        "The probability that the true Sharpe ratio is above 0, had there been one trial; and the number of days from which the \
         winner can be told from SR\u{2080} with 95 % confidence.",
        "Bailey and L\u{f3}pez de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2), 2012",
    ),
    (
        "Probability of backtest overfitting (PBO)",
        "Days are cut into blocks; over the ways to put half of the blocks on either side (CSCV), the share in which the best \
         trial of one side ranks at or below the middle on the other. Over the trials of this experiment, and over these with \
         those of earlier ones on the same days: the worse counts.",
        "Bailey, Borwein, L\u{f3}pez de Prado and Zhu, The Probability of Backtest Overfitting, Journal of Computational Finance \
         20(4), 2017",
    ),
    (
        "Reality check, p",
        "The probability that the best of the trials' mean daily returns would be this high if none had an edge, by resampling days.",
        "White, A Reality Check for Data Snooping, Econometrica 68(5), 2000",
    ),
    (
        "SPA, p",
        "The same with every trial scaled by its own uncertainty, and hopeless trials kept from diluting it; lower, consistent and \
         upper versions differ in how many of those are left out.",
        "Hansen, A Test for Superior Predictive Ability, Journal of Business & Economic Statistics 23(4), 2005",
    ),
    (
        "Stationary bootstrap",
        "Days are resampled in runs of random length, so that what follows on what is kept.",
        "Politis and Romano, The Stationary Bootstrap, Journal of the American Statistical Association 89(428), 1994",
    ),
    (
        "The choice itself",
        "In every fold the trial with the best Sharpe ratio on the training windows, on the validation window: the search judged \
         as a strategy of its own.",
        "Pardo, The Evaluation and Optimization of Trading Strategies, Wiley, 2008",
    ),
    (
        "Purge and embargo",
        "Samples whose labels overlap a judging window, and those just after it, teach nothing.",
        "L\u{f3}pez de Prado, Advances in Financial Machine Learning, Wiley, 2018, chapter 7",
    ),
    (
        "Importance",
        "Fall of R\u{b2} of a random forest on trials it has not seen when the values of one parameter are shuffled.",
        "Breiman, Random Forests, Machine Learning 45(1), 2001",
    ),
];
