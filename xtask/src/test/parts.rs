//! The parts of the proof, and which of them are wanted.
//!
//! In: the flags of `cargo xtask test`. Out: a list, in which every part is asked for by its name.

use crate::flags;

/// A part of the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Host,
    Browser,
    E2e,
    Firefox,
    Webkit,
    Import,
    Kill,
    Again,
    Package,
    Model,
    Servers,
    Hosts,
    Examples,
    Trunk,
}

impl Part {
    /// `true` for what takes minutes and finds little new: it is run by its name alone.
    fn is_long(self) -> bool {
        matches!(self, Part::Import | Part::Kill | Part::Again)
    }
}

/// The parts that are wanted, and whether that is all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    wanted: Vec<Part>,
    /// `true` where none was named.
    pub(crate) all: bool,
}

impl From<flags::Test> for Parts {
    /// The parts that are named; without any all of them but the long ones, with one real server beside llama.cpp: all are half a gigabyte to fetch.
    fn from(flags: flags::Test) -> Parts {
        let parts = [
            (flags.host, Part::Host),
            (flags.browser, Part::Browser),
            (flags.e2e, Part::E2e),
            (flags.firefox, Part::Firefox),
            (flags.webkit, Part::Webkit),
            (flags.import, Part::Import),
            (flags.kill, Part::Kill),
            (flags.again, Part::Again),
            (flags.package, Part::Package),
            (flags.model, Part::Model),
            (flags.servers, Part::Servers),
            (flags.hosts, Part::Hosts),
            (flags.examples, Part::Examples),
            (flags.trunk, Part::Trunk),
        ];
        let all = !parts.iter().any(|(named, _)| *named);
        let is_wanted = |(named, part): &(bool, Part)| *named || all && !part.is_long();
        let wanted = parts.into_iter().filter(is_wanted);
        Parts {
            wanted: wanted.map(|(_, part)| part).collect(),
            all,
        }
    }
}

impl Parts {
    pub(crate) fn hold(&self, part: Part) -> bool {
        self.wanted.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flags::XtaskCmd;

    #[test]
    fn no_flag_is_every_part_but_the_servers() {
        let parts = |line: &str| match XtaskCmd::of(line).unwrap() {
            XtaskCmd::Test(flags) => Parts::from(flags),
            other => panic!("{other:?}"),
        };
        let all = parts("test");
        assert!(all.all && all.wanted.len() == 11);
        let some = parts("test --e2e --host");
        assert_eq!(some.wanted, [Part::Host, Part::E2e]);
        assert!(!some.all);
    }
}
