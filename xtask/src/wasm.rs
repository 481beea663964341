//! Reads just enough of a wasm file to leave out what a browser does not need.
//!
//! In: a wasm file. Out: the same without the relocations that the linker kept. It must not know the page.
//! The form of a file: <https://webassembly.github.io/spec/core/binary/modules.html>.

use crate::{Failure, Outcome};

/// Bytes before the first section.
const HEAD: usize = 8;

/// Leaves out the linker's notes: they speak of code that has been moved since, and wasm-opt does not take them.
pub fn without_relocations(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let broken = || Failure::new("This is no wasm file.");
    let mut out = wasm.get(..HEAD).ok_or_else(broken)?.to_vec();
    let mut at = HEAD;
    while at < wasm.len() {
        let (size, from) = number(wasm, at + 1).ok_or_else(broken)?;
        let section = wasm.get(at..from + size).ok_or_else(broken)?;
        if !(wasm[at] == 0 && is_linkers(&wasm[from..from + size])) {
            out.extend_from_slice(section);
        }
        at = from + size;
    }
    Ok(out)
}

/// Whether a custom section is the linker's, by its name.
fn is_linkers(section: &[u8]) -> bool {
    let name = number(section, 0).and_then(|(size, from)| section.get(from..from + size));
    name.is_some_and(|name| name == b"linking" || name.starts_with(b"reloc."))
}

/// A number in LEB128, and where the next thing begins.
fn number(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (place, byte) in bytes.get(from..)?.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f).checked_shl(7 * place as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, from + place + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn custom(name: &str, more: usize) -> Vec<u8> {
        let mut body = vec![name.len() as u8];
        body.extend_from_slice(name.as_bytes());
        body.resize(body.len() + more, 7);
        let size = body.len();
        let mut section = vec![0, (size & 0x7f) as u8 | 0x80, (size >> 7) as u8];
        section.extend(body);
        section
    }

    #[test]
    fn the_linkers_notes_go_and_all_else_stays_as_it_was() {
        let head = b"\0asm\x01\0\0\0".to_vec();
        let code = vec![10, 2, 1, 0];
        let names = custom("name", 300);
        let whole = [
            head.clone(),
            code.clone(),
            custom("linking", 200),
            names.clone(),
            custom("reloc.CODE", 1),
        ];
        assert_eq!(
            without_relocations(&whole.concat()).unwrap(),
            [head, code, names].concat()
        );
    }

    #[test]
    fn what_is_no_wasm_file_is_refused() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x0a\x05\x01"] {
            assert!(without_relocations(bytes).is_err());
        }
    }
}
