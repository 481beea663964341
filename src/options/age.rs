//! The age of readers, which sets the pace of the young profile.
//!
//! In: the value of the attribute `age`. Out: words a minute. Whether it is in force [`Options`](super::Options) says.

use std::str::FromStr;

/// Age of readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// So many years, 8 to 17.
    Years(u8),
    /// Grown up.
    Adult,
}

impl FromStr for Age {
    type Err = ();

    fn from_str(value: &str) -> Result<Self, ()> {
        match value.trim() {
            "adult" => Ok(Age::Adult),
            years => match years.parse() {
                Ok(years @ 8..=17) => Ok(Age::Years(years)),
                _ => Err(()),
            },
        }
    }
}

impl Age {
    /// Words a minute that three of four readers of this age do not outrun: the 75th percentile of silent reading with understanding
    /// (Spichtig et al. 2016, grades 3, 6 and 12); of adults, what they read on average (Brysbaert 2019: 238 to 260).
    pub fn words(self) -> f64 {
        match self {
            Age::Years(..=10) => 155.0,
            Age::Years(11..=13) => 190.0,
            Age::Years(_) => 225.0,
            Age::Adult => 250.0,
        }
    }
}
