//! Inputs from a seed.

use criterion::Throughput;

/// Numbers that look like chance and are the same each time (xorshift).
pub struct Chance(u64);

impl Chance {
    /// From this seed, which is not 0.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

const TOKENS: [&str; 24] = [
    " the", " river", " of", " words", " and", " flows", ",", ".", " on", "ing", " a", " **", "**",
    " `code`", "\n\n", "\n- ", " 42", " größe", " 🌊", " it", "'s", " says", " \"so\"", " then",
];

/// So many tokens, as a model makes them.
pub fn tokens(count: usize) -> Vec<&'static str> {
    let mut chance = Chance::new(0x5eed);
    (0..count)
        .map(|_| TOKENS[chance.below(TOKENS.len())])
        .collect()
}

/// Words of plain letters, at least so many bytes.
pub fn words(size: usize) -> String {
    let mut chance = Chance::new(0x5eed_50d5);
    let mut out = String::with_capacity(size + 16);
    while out.len() < size {
        let length = 2 + chance.below(9);
        for _ in 0..length {
            out.push((b'a' + chance.below(26) as u8) as char);
        }
        out.push(' ');
    }
    out
}

/// What one run of an input goes through.
pub fn each(elements: usize, bytes: usize) -> Throughput {
    Throughput::ElementsAndBytes {
        elements: elements as u64,
        bytes: bytes as u64,
    }
}
