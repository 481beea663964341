//! The gauge: how many tokens a text is for the model of now, by what its server has counted so far.
//!
//! In: estimates, and what the server counted for the same texts. Out: tokens. It must not know who counts.

use crate::reply::about_tokens;

/// Tokens that a template puts around a message, about.
const AROUND: u32 = 4;
/// Tokens that a picture takes, about: models see between 256 and 1,600.
const PICTURE: u32 = 768;
/// The part of the context by which an estimate may be wrong before anybody has counted, and after: one of so many.
const UNSURE: (u32, u32) = (8, 32);
/// The least fall of the ratio that is believed: below that one part of a conversation differs from another, and no more.
const FALL: f64 = 0.8;
/// The least and the most tokens that a text may turn out to have, as a multiple of the estimate.
const SPAN: (f64, f64) = (0.25, 16.0);

/// The gauge of one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gauge {
    /// Tokens to one that is estimated.
    ratio: f64,
    is_measured: bool,
}

impl Default for Gauge {
    fn default() -> Gauge {
        Gauge {
            ratio: 1.0,
            is_measured: false,
        }
    }
}

impl Gauge {
    /// Takes what the server counted for a prompt, in the place of the estimate. It is believed at once where it is more: too long a
    /// prompt is refused. Where it is less it must be clearly less, so that the window does not go to and fro.
    pub fn counted(&mut self, estimate: u32, tokens: u32) {
        if estimate == 0 || tokens == 0 {
            return;
        }
        let (least, most) = SPAN;
        let ratio = (f64::from(tokens) / f64::from(estimate)).clamp(least, most);
        if !self.is_measured || ratio > self.ratio || ratio < self.ratio * FALL {
            self.ratio = ratio;
        }
        self.is_measured = true;
    }

    /// Tells whether the server has counted anything.
    pub fn is_measured(self) -> bool {
        self.is_measured
    }

    /// The tokens of a text of which so many are estimated.
    pub fn tokens(self, estimate: u32) -> u32 {
        // More than there are numbers for is the greatest.
        (f64::from(estimate) * self.ratio).ceil() as u32
    }

    /// The tokens by which the sum of a whole prompt may be wrong, in a context of this size.
    pub fn margin(self, size: u32) -> u32 {
        let (before, after) = UNSURE;
        size / if self.is_measured { after } else { before }
    }
}

/// About how many tokens a message of these words and so many pictures is, with what stands around it in a prompt.
pub fn about(text: &str, pictures: usize) -> u32 {
    let pictures = u32::try_from(pictures).unwrap_or(u32::MAX);
    about_tokens([text])
        .saturating_add(AROUND)
        .saturating_add(PICTURE.saturating_mul(pictures))
}
