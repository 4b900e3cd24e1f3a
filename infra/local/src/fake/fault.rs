//! Faults as data: what goes wrong, and when.

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The effect happens, then the connection is cut without one byte of an answer.
    LoseAnswerAfterEffect,
    /// No effect; the connection is cut without an answer.
    CloseBeforeEffect,
    /// No effect; this status is answered, with a body in the vendor's shape.
    FailBefore(u16),
    /// No effect; this status is answered with `Retry-After: seconds`.
    FailBeforeRetryAfter {
        /// HTTP status.
        status: u16,
        /// Value of the `Retry-After` header, in seconds.
        seconds: u32,
    },
    /// The effect happens, then this status is answered (a proxy that failed on the way back).
    FailAfterEffect(u16),
    /// The call is answered as usual after so many milliseconds of real time.
    Delay(u64),
    /// No effect; the vendor's rate-limit answer.
    RateLimited,
}

/// Which calls of an endpoint a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The next so many calls.
    Next(u32),
    /// Each n-th call (1 = every call), for ever.
    Every(u32),
    /// So many of a thousand calls, chosen by a generator with this seed, for ever.
    Share {
        /// Calls struck per thousand.
        per_mille: u16,
        /// Seed of the choice; the same seed strikes the same call numbers.
        seed: u64,
    },
}

struct Rule<E> {
    endpoint: E,
    fault: Fault,
    plan: Plan,
    calls: u64,
}

/// The fault rules of one fake, over its own endpoint names.
pub(crate) struct FaultPlan<E> {
    rules: Vec<Rule<E>>,
}

impl<E> Default for FaultPlan<E> {
    fn default() -> Self {
        Self { rules: Vec::new() }
    }
}

impl<E: PartialEq + Copy> FaultPlan<E> {
    pub(crate) fn add(&mut self, endpoint: E, fault: Fault, plan: Plan) {
        self.rules.push(Rule { endpoint, fault, plan, calls: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The fault for this call, if any. Rules are asked in the order in which they were added; the first that strikes wins.
    pub(crate) fn strike(&mut self, endpoint: E) -> Option<Fault> {
        let mut struck = None;
        for rule in self.rules.iter_mut().filter(|rule| rule.endpoint == endpoint) {
            if rule.strikes() {
                struck = Some(rule.fault);
                break;
            }
        }
        self.rules.retain(|rule| rule.plan != Plan::Next(0));
        struck
    }
}

impl<E> Rule<E> {
    fn strikes(&mut self) -> bool {
        self.calls += 1;
        match &mut self.plan {
            Plan::Next(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Plan::Next(_) => false,
            Plan::Every(n) => self.calls.is_multiple_of(u64::from((*n).max(1))),
            Plan::Share { per_mille, seed } => mix(*seed ^ mix(self.calls)) % 1000 < u64::from(*per_mille),
        }
    }
}

/// SplitMix64's finaliser: enough to spread call numbers evenly.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_two_calls_fail_and_the_third_does_not() {
        let mut plan = FaultPlan::default();
        plan.add('a', Fault::RateLimited, Plan::Next(2));
        let struck: Vec<bool> = (0..3).map(|_| plan.strike('a').is_some()).collect();
        assert_eq!(struck, [true, true, false]);
        assert!(plan.rules.is_empty());
    }

    #[test]
    fn a_share_strikes_about_its_share_and_the_same_calls_for_the_same_seed() {
        let strikes = |seed| {
            let mut plan = FaultPlan::default();
            plan.add('a', Fault::RateLimited, Plan::Share { per_mille: 100, seed });
            (0..10_000).filter(|_| plan.strike('a').is_some()).collect::<Vec<u32>>()
        };
        let share = strikes(7).len();
        assert!((850..1150).contains(&share), "{share}");
        assert_eq!(strikes(7), strikes(7));
        assert_ne!(strikes(7), strikes(8));
    }
}
