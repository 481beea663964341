//! A wasm file without what a browser does not need.
//!
//! In: a wasm file. Out: the same without the relocations that the linker kept. It must not know the page.

use crate::{Failure, Outcome};
use std::ops::Range;
use wasmparser::{BinaryReaderError, Parser, Payload};

/// Leaves out the linker's notes (the custom sections `linking` and `reloc.*`): they speak of code that has been moved since, and
/// wasm-opt does not take them. All other bytes stay as they are.
///
/// # Errors
///
/// Bytes that are no wasm file.
pub(crate) fn without_relocations(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(wasm.len());
    for section in sections(wasm) {
        let (bytes, payload) = section?;
        let is_linkers = matches!(&payload, Payload::CustomSection(section)
            if section.name() == "linking" || section.name().starts_with("reloc."));
        if !is_linkers {
            out.extend_from_slice(&wasm[bytes]);
        }
    }
    Ok(out)
}

/// The sections of a wasm file in order, the file's own head first: the bytes that each takes, with its head, and what it holds. Together
/// they are the file.
pub(crate) fn sections(wasm: &[u8]) -> impl Iterator<Item = Outcome<(Range<usize>, Payload<'_>)>> {
    // A section's range begins behind its head: what is not told by any range belongs to the section that ends next.
    let mut from = 0;
    Parser::new(0).parse_all(wasm).filter_map(move |payload| {
        let payload = match payload {
            Ok(payload) => payload,
            Err(error) => return Some(Err(broken(error))),
        };
        let range = match &payload {
            Payload::Version { range, .. } => range.clone(),
            other => other.as_section()?.1,
        };
        let bytes = from..range.end as usize;
        from = bytes.end;
        Some(Ok((bytes, payload)))
    })
}

pub(crate) fn broken(error: BinaryReaderError) -> Failure {
    Failure::new(format!("This is no wasm file: {error}"))
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
        let types = vec![1, 1, 0];
        let names = custom("name", 300);
        let whole = [
            head.clone(),
            types.clone(),
            custom("linking", 200),
            names.clone(),
            custom("reloc.CODE", 1),
        ];
        assert_eq!(
            without_relocations(&whole.concat()).unwrap(),
            [head, types, names].concat()
        );
    }

    #[test]
    fn what_is_no_wasm_file_is_refused() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x0a\x05\x01"] {
            assert!(without_relocations(bytes).is_err());
        }
    }
}
