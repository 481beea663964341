//! The ways over which a family's replies come: a ladder, the best first.

/// One way over which a family's replies come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    /// Path of the transport, which names it within its family: in what is remembered, in traces, and to people.
    pub name: &'static str,
    /// The carrier.
    pub via: Carrier,
    /// The one to take for the next reply where this one held everything back until the end, although a stream was asked for;
    /// `None` where no other is a better bet.
    pub if_held_back: Option<&'static str>,
}

/// Carriers of replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A stream that answers a POST.
    Stream,
    /// A stream of events that answers a GET.
    Events,
    /// A WebSocket.
    Socket,
    /// Asking again and again.
    Poll,
    /// An answer at once, and a socket to watch.
    Watch,
    /// The answer in one piece.
    Whole,
}

impl Transport {
    /// A transport of that name.
    pub(super) const fn new(name: &'static str, via: Carrier) -> Transport {
        Transport {
            name,
            via,
            if_held_back: None,
        }
    }

    /// Names another transport to take for the next reply where this one holds everything back.
    pub(super) const fn then(self, name: &'static str) -> Transport {
        Transport {
            if_held_back: Some(name),
            ..self
        }
    }
}
