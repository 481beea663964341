//! The room that a browser has for what is kept.
//!
//! In: what it tells (the Storage Standard, sections 5 and 6). Out: how much is used, how much is granted, and whether it may be taken
//! away. It must not know any words for it.

/// The room of this page's origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Bytes that are used, by the browser's estimate.
    pub used: f64,
    /// Bytes that the browser grants, what is used among them, by its estimate.
    pub granted: f64,
    /// `true` where the browser deletes nothing without the person's word, `false` where it may when the disk is full; `None` where
    /// it does not say.
    pub lasts: Option<bool>,
}

/// A unit of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 10^3 bytes.
    Kilo,
    /// 10^6 bytes.
    Mega,
    /// 10^9 bytes.
    Giga,
}

/// A size as people read it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// The figure.
    pub number: f64,
    /// Its decimal places.
    pub places: u32,
    /// Its unit.
    pub unit: Unit,
}

/// The share of the granted room from which on it is short.
const SHORT: f64 = 0.9;

impl Room {
    /// Reads what a browser tells; `None` where that is no room.
    pub fn read(used: Option<f64>, granted: Option<f64>, lasts: Option<bool>) -> Option<Room> {
        let is_size = |size: &f64| size.is_finite() && *size >= 0.0;
        Some(Room {
            used: used.filter(is_size)?,
            granted: granted.filter(is_size)?,
            lasts,
        })
    }

    /// Tells whether there is hardly room for more.
    pub fn is_short(&self) -> bool {
        self.used > SHORT * self.granted
    }
}

impl Size {
    /// Makes a size of bytes: of small figures one decimal place is shown, and what is there is never shown as nothing.
    pub fn of(bytes: f64) -> Size {
        let (unit, one) = match bytes {
            bytes if bytes >= 999_500_000.0 => (Unit::Giga, 1e9),
            bytes if bytes >= 999_500.0 => (Unit::Mega, 1e6),
            _ => (Unit::Kilo, 1e3),
        };
        let number = bytes / one;
        let places = u32::from(number < 9.95 && unit != Unit::Kilo);
        let number = match unit {
            Unit::Kilo => number.ceil(),
            _ => number,
        };
        Size {
            number,
            places,
            unit,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sizes_are_short_and_nothing_is_shown_as_nothing() {
        let check = |bytes: f64, number: f64, places: u32, unit: Unit| {
            let size = Size::of(bytes);
            assert_eq!(
                (size.number, size.places, size.unit),
                (number, places, unit),
                "{bytes}"
            );
        };
        check(0.0, 0.0, 0, Unit::Kilo);
        check(1.0, 1.0, 0, Unit::Kilo);
        check(12_000.0, 12.0, 0, Unit::Kilo);
        check(999_999.0, 0.999_999, 1, Unit::Mega);
        check(4_200_000.0, 4.2, 1, Unit::Mega);
        check(42_000_000.0, 42.0, 0, Unit::Mega);
        check(2e9, 2.0, 1, Unit::Giga);
    }

    #[test]
    fn what_a_browser_does_not_tell_is_no_room() {
        assert_eq!(Room::read(None, Some(1.0), None), None);
        assert_eq!(Room::read(Some(f64::NAN), Some(1.0), None), None);
        assert_eq!(Room::read(Some(1.0), Some(-1.0), Some(true)), None);
        let room = Room::read(Some(91.0), Some(100.0), Some(false)).unwrap();
        assert!(room.is_short());
        assert!(!Room { used: 90.0, ..room }.is_short());
    }
}
