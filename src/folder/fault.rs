//! Why a folder did not do what it was asked.
//!
//! In: the names that browsers give to their errors. Out: what a person can be told. It must not know any words for it.

/// A reason why a folder did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Lack of permission: the browser wants the person to be asked again.
    Denied,
    /// Lack of room on the disk, or of what the browser grants.
    Full,
    /// Lack of the folder: it was deleted, renamed or moved, or its drive is not there.
    Gone,
    /// Failure otherwise.
    Failed,
}

impl Trouble {
    /// The meaning of an error of this name (File System Standard, sections 2.5 and 2.6; File System Access, sections 2.3 and 3; the names
    /// are those of Web IDL, section 2.8.1).
    pub fn of(name: &str) -> Trouble {
        match name {
            "NotAllowedError" | "SecurityError" => Trouble::Denied,
            "QuotaExceededError" => Trouble::Full,
            "NotFoundError" => Trouble::Gone,
            _ => Trouble::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_browsers_have_a_meaning() {
        for (name, meaning) in [
            ("NotAllowedError", Trouble::Denied),
            ("QuotaExceededError", Trouble::Full),
            ("NotFoundError", Trouble::Gone),
            ("NoModificationAllowedError", Trouble::Failed),
            ("", Trouble::Failed),
        ] {
            assert_eq!(Trouble::of(name), meaning, "{name}");
        }
    }
}
