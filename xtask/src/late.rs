//! The JavaScript of the second half of the page, in a file of its own: wasm-bindgen writes one file for both halves.
//!
//! In: the first half's wasm before it was bound, which imports for both (what only the second half calls is called by a shim in its
//! table alone); the JavaScript that wasm-bindgen wrote for it. Out: `rill-late.js` with those functions, and the first file without
//! them. It must not know what the functions do.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wasmparser::{
    BinaryReaderError, ElementItems, KnownCustom, Name, Operator, Parser, Payload, TypeRef,
};

use crate::wasm::broken;
use crate::{Failure, Outcome};

/// Name of the file that is made here.
pub(crate) const FILE: &str = "rill-late.js";

/// How wasm-bindgen begins and ends the table of functions in its JavaScript, and each of them.
const TABLE: &str = "    const import0 = {\n";
const TABLE_END: &str = "\n    };\n";
const ENTRY: &str = "        ";
const ENTRY_ENDS: [&str; 2] = ["        },", "        }, arguments); },"];

/// The name of the first argument that a call has not: [`LATER`] passes twelve on (a text or a list takes two), for more would be lost.
const TOO_MANY: &str = "arg12";

/// What the first file calls instead: a function of the second file, once that is here.
const LATER: &str = "
let late;
const withLate = (first) => new Proxy(first, {
    get: (known, name) => {
        if (name in known) return known[name];
        let call;
        return (a, b, c, d, e, f, g, h, i, j, k, l) => (call ??= late[name])(a, b, c, d, e, f, g, h, i, j, k, l);
    },
});
const bringLate = (functions) => { late = functions; };
";

/// What fetches the second half, as `wasm_split` writes it, and what stands in its place: a module that could not be fetched once is not
/// fetched again under the same name. On another site's page the wasm is taken only with its hash; the launcher there has fetched the script
/// with its own, under its one name.
const FETCH: &str = r#"    const src = fetch(new URL("./split_later.wasm", import.meta.url));
    src.catch(() => {});
    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));"#;
const FETCH_BOTH: &str = r#"    const isGuest = new URL(import.meta.url).origin !== location.origin;
    const src = fetch(new URL("./split_later.wasm", import.meta.url), { integrity: isGuest ? HASH : "" });
    const late = import("./rill-late.js" + (tries > 0 && !isGuest ? `?${tries}` : ""));
    tries += 1;
    src.catch(() => {});
    late.catch(() => {});
    return async (imports) => {
        await late;
        return WebAssembly.instantiateStreaming(src, imports);
    };"#;

/// Where that hash goes, once the wasm is what is shipped.
pub(crate) const HASH: &str = "const HASH = \"\";";

/// The file that fetches.
pub(crate) const LOADER: &str = "__wasm_split.js";

/// What says that loading failed, as `wasm_split` writes it, and what stands in its place: a page that is left while it still loads has
/// nothing to say.
const SAY: &str = "            console.error(e);\n";
const SAY_UNLESS_LEFT: &str = "            if (e.name !== \"AbortError\") console.error(e);\n";

/// Takes what only the second half calls out of `NAME.js` in `dist`, and puts it beside it. The wasm is the first half's as it was
/// before it was bound: bound, it has a function around every import that the second half calls.
pub(crate) fn part(name: &str, wasm: &[u8], dist: &Path) -> Outcome {
    let script = dist.join(format!("{name}.js"));
    let later = called_later(wasm).map_err(broken)?;
    let Parted { first, late } = parted(name, &fs::read_to_string(&script)?, &later)?;
    let loader = dist.join(LOADER);
    let loads = fs::read_to_string(&loader)?;
    if ![FETCH, SAY].iter().all(|known| loads.contains(known)) {
        return Err(changed(LOADER));
    }
    let loads = loads
        .replace(FETCH, FETCH_BOTH)
        .replace(SAY, SAY_UNLESS_LEFT);
    fs::write(loader, format!("let tries = 0;\n{HASH}\n{loads}"))?;
    fs::write(script, first)?;
    fs::write(dist.join(FILE), late)?;
    Ok(())
}

fn changed(file: &str) -> Failure {
    Failure::new(format!(
        "{file} is written otherwise than xtask/src/late.rs knows it: the tool that writes it is another"
    ))
}

/// End of the names of the functions through which the second half calls what the first imports, as `wasm_split` names them.
const FOR_THE_SECOND: &str = " local_shim";

/// Names of the functions that the first half imports and that its own code does not call. A name section must be there: without it
/// every call counts, and nothing is parted.
fn called_later(wasm: &[u8]) -> Result<BTreeSet<String>, BinaryReaderError> {
    let mut imports = Vec::new();
    let mut calls = Vec::new();
    let mut for_the_second = BTreeSet::new();
    let mut defined = 0_u32;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        imports.push(import.name.to_owned());
                    }
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    if let ElementItems::Functions(functions) = element?.items {
                        for function in functions {
                            calls.push((u32::MAX, function?));
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let caller = u32::try_from(imports.len()).unwrap_or(u32::MAX) + defined;
                defined += 1;
                for operator in body.get_operators_reader()? {
                    if let Operator::Call { function_index }
                    | Operator::ReturnCall { function_index }
                    | Operator::RefFunc { function_index } = operator?
                    {
                        calls.push((caller, function_index));
                    }
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        if let Name::Function(map) = name? {
                            for naming in map {
                                let naming = naming?;
                                if naming.name.ends_with(FOR_THE_SECOND) {
                                    for_the_second.insert(naming.index);
                                }
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    calls.retain(|(caller, _)| !for_the_second.contains(caller));
    let called: BTreeSet<u32> = calls.into_iter().map(|(_, called)| called).collect();
    let later = (0..).zip(imports);
    let later = later.filter(|(at, _)| !called.contains(at));
    Ok(later.map(|(_, name)| name).collect())
}

/// JavaScript in two files.
struct Parted {
    first: String,
    late: String,
}

/// Parts the JavaScript that wasm-bindgen wrote: functions of these names go.
fn parted(name: &str, script: &str, later: &BTreeSet<String>) -> Outcome<Parted> {
    let other = || changed(&format!("{name}.js"));
    let (head, rest) = script.split_once(TABLE).ok_or_else(other)?;
    let (table, tail) = rest.split_once(TABLE_END).ok_or_else(other)?;
    let (mut kept, mut gone, mut goes) = (String::new(), String::new(), None);
    for line in table.lines() {
        let entry = line
            .strip_prefix(ENTRY)
            .and_then(|line| line.split_once(": function("));
        if let Some((name, _)) = entry
            && goes.replace(later.contains(name)).is_some()
        {
            return Err(other());
        }
        let to = if goes == Some(true) {
            &mut gone
        } else {
            &mut kept
        };
        to.push_str(line);
        to.push('\n');
        if ENTRY_ENDS.contains(&line) {
            goes = None;
        }
    }
    let calls = format!("\"./{name}_bg.js\": import0,");
    if gone.contains(TOO_MANY) {
        return Err(Failure::new(
            "A function of the page's JavaScript has more than twelve arguments, which xtask/src/late.rs would lose",
        ));
    }
    if goes.is_some() || !tail.contains(&calls) || !tail.contains("export { ") {
        return Err(other());
    }
    let tail = tail.replace(&calls, &format!("\"./{name}_bg.js\": withLate(import0),"));
    let names = used(&gone, &declared(script));
    let exports = names.join(", ");
    let first = format!(
        "{head}{TABLE}{}{TABLE_END}{tail}{LATER}export {{ bringLate, {exports} }};\n",
        kept.trim_end_matches('\n')
    );
    let late = format!(
        "import {{ bringLate, {exports} }} from \"./{name}.js\";\nbringLate({{\n    __proto__: null,\n{gone}}});\n"
    );
    Ok(Parted { first, late })
}

/// Names that stand at the top of a script: of functions, variables, what it imports. Those that it exports by itself are not among
/// them.
fn declared(script: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in script.lines() {
        let line = line.strip_prefix("async ").unwrap_or(line);
        if let Some(rest) = line.strip_prefix("import { ") {
            let inside = rest.split_once(" }").map_or("", |(inside, _)| inside);
            let known = inside
                .split(", ")
                .map(|name| name.rsplit(' ').next().unwrap_or(name));
            names.extend(known.map(str::to_owned));
            continue;
        }
        for word in ["function ", "const ", "let "] {
            if let Some(rest) = line.strip_prefix(word) {
                let all = rest.split(['(', '=', ';']).next().unwrap_or("");
                names.extend(all.split(',').map(|name| name.trim().to_owned()));
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Those of the names that stand in a piece of script.
fn used(script: &str, names: &BTreeSet<String>) -> Vec<String> {
    let words =
        script.split(|letter: char| !letter.is_ascii_alphanumeric() && !"_$".contains(letter));
    let words: BTreeSet<&str> = words.collect();
    names
        .iter()
        .filter(|name| words.contains(name.as_str()))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SCRIPT: &str = "import { whenIdle, beside as near } from './snippets/element.js';
import * as import1 from \"./__wasm_split.js\"
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_first_1: function(arg0) {
            const ret = getString(arg0);
            return ret;
        },
        __wbg_late_2: function() { return handleError(function (arg0, arg1) {
            near(getString(arg0), LENGTH);
        }, arguments); },
        __wbg_later_3: function(arg0) {
            wasm.free(arg0);
        },
    };
    return {
        __proto__: null,
        \"./rill-page_bg.js\": import0,
        \"./__wasm_split.js\": import1,
    };
}
function getString(ptr) {
    return ptr;
}
function handleError(f, args) {
    return f.apply(this, args);
}
let LENGTH = 0;

let wasmModule, wasmInstance, wasm;
export { initSync, __wbg_init as default };
";

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_only_the_second_half_calls_stands_in_a_file_of_its_own() {
        let later = names(&["__wbg_late_2", "__wbg_later_3"]);
        let Parted { first, late } = parted("rill-page", SCRIPT, &later).unwrap();
        assert!(first.contains("__wbg_first_1: function"), "{first}");
        assert!(!first.contains("__wbg_late"), "{first}");
        assert!(
            first.contains("\"./rill-page_bg.js\": withLate(import0),"),
            "{first}"
        );
        assert!(
            first.contains("export { bringLate, LENGTH, getString, handleError, near, wasm };"),
            "{first}"
        );
        assert!(
            late.starts_with("import { bringLate, LENGTH, getString, handleError, near, wasm } from \"./rill-page.js\";\n"),
            "{late}"
        );
        assert!(
            late.contains("__wbg_late_2: function() { return handleError("),
            "{late}"
        );
        assert!(late.contains("__wbg_later_3: function(arg0)"), "{late}");
        assert!(!late.contains("first"), "{late}");
    }

    #[test]
    fn a_script_that_is_written_otherwise_is_refused() {
        for (old, new) in [
            ("    const import0 = {", "    const table = {"),
            ("import0,\n", "table,\n"),
            ("        }, arguments); },", "        }, arguments) },"),
            ("(arg0, arg1)", "(arg0, arg1, arg12)"),
        ] {
            let script = SCRIPT.replacen(old, new, 1);
            assert!(
                parted("rill-page", &script, &names(&["__wbg_late_2"])).is_err(),
                "{new}"
            );
        }
    }

    #[test]
    fn a_function_is_called_later_where_no_code_of_the_file_calls_it() {
        // Imports a and b of type 0; two functions, the first of which calls a and the second b; the second is named as a shim is.
        let name = b"b local_shim";
        let names_of_two = [&[1, 15, 1, 3, 12], &name[..]].concat();
        let wasm = [
            &b"\0asm\x01\0\0\0"[..],
            &[1, 4, 1, 0x60, 0, 0],
            &[2, 13, 2, 1, b'm', 1, b'a', 0, 0, 1, b'm', 1, b'b', 0, 0],
            &[3, 3, 2, 0, 0],
            &[10, 11, 2, 4, 0, 0x10, 0, 0x0b, 4, 0, 0x10, 1, 0x0b],
            &[0, 22, 4, b'n', b'a', b'm', b'e'],
            &names_of_two,
        ]
        .concat();
        assert_eq!(called_later(&wasm).unwrap(), names(&["b"]));
        assert!(called_later(b"\0asm").is_err());
    }
}
