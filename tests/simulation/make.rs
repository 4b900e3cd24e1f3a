//! How a world is made.

use crate::faults::Faults;

/// All that a world is made with.
pub struct Make {
    pub seed: u64,
    pub faults: Faults,
    pub unique_keys: bool,
    pub create_contacts: bool,
    pub concurrency: usize,
    pub lost_answers_per_mille: u64,
    /// One dispatcher at a time, as the FIFO queue has it.
    pub lease: bool,
}

impl Make {
    /// Failures, lost answers and crashes, as the seed decides.
    pub fn unlucky(seed: u64) -> Self {
        Self {
            seed,
            faults: Faults::random(seed, 100, 10),
            unique_keys: seed.is_multiple_of(2),
            create_contacts: true,
            concurrency: 1 + (seed % 4) as usize,
            lost_answers_per_mille: 100,
            lease: true,
        }
    }
}
