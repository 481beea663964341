//! What is shipped as a list for programs: a software bill of materials, CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! In: the crates of the page, what comes from npm, the hash of Cargo.lock. Out: JSON, the same for the same sources: without a time and
//! without a number of its own. It must not know where it goes.

use crate::crates::{Crate, Key, LIBRARY};
use crate::hashes;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The file, beside the page.
pub(crate) const FILE: &str = "sbom.json";

/// A package of npm that is shipped as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Npm {
    pub(crate) name: String,
    pub(crate) version: String,
    /// As SPDX writes it.
    pub(crate) licence: String,
    /// SHA-256 of the file that is shipped.
    pub(crate) hash: String,
}

/// The list. The page's own crate is what it is about.
pub(crate) fn list(crates: &BTreeMap<Key, Crate>, npm: &[Npm], lock: &str) -> Value {
    let about = |one: &Crate| one.is_ours() && one.name == "rill";
    let subject = crates.values().find(|one| about(one));
    let mut component = subject.map(component).unwrap_or_default();
    component["type"] = "application".into();
    component["externalReferences"] = json!([{
        "type": "build-meta",
        "url": "Cargo.lock",
        "hashes": [{ "alg": "SHA-256", "content": hashes::hex(lock.as_bytes()) }],
    }]);
    let others = crates
        .values()
        .filter(|one| !about(one))
        .map(self::component);
    let components: Vec<Value> = others.chain(npm.iter().map(of_npm)).collect();
    // The workers are programs of their own: the page holds them without naming them in its manifest, like the library for diagrams.
    let ours = crates.values().filter(|one| one.is_ours() && !about(one));
    let beside = ours.map(purl).chain(npm.iter().map(npm_purl));
    let beside: Vec<String> = beside
        .chain(crates.values().filter(|one| one.name == LIBRARY).map(purl))
        .collect();
    let needs = crates.values().map(|one| {
        let named = one
            .needs
            .iter()
            .filter_map(|need| crates.get(need))
            .map(purl);
        let mut needs: Vec<String> = named.collect();
        if about(one) {
            needs.extend(beside.iter().cloned());
            needs.sort();
            needs.dedup();
        }
        json!({ "ref": purl(one), "dependsOn": needs })
    });
    let needs: Vec<Value> = needs
        .chain(
            npm.iter()
                .map(|one| json!({ "ref": npm_purl(one), "dependsOn": [] })),
        )
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": component },
        "components": components,
        "dependencies": needs,
    })
}

fn component(one: &Crate) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(one),
        "name": one.name,
        "version": one.version,
        "scope": "required",
        "licenses": [{ "expression": one.licence }],
        "purl": purl(one),
    });
    if let Some(hash) = &one.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": hash }]);
    }
    if let Some(repository) = &one.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn of_npm(one: &Npm) -> Value {
    json!({
        "type": "library",
        "bom-ref": npm_purl(one),
        "name": one.name,
        "version": one.version,
        "scope": "optional",
        "hashes": [{ "alg": "SHA-256", "content": one.hash }],
        "licenses": [{ "expression": one.licence }],
        "purl": npm_purl(one),
    })
}

/// The address of a package among all packages (<https://github.com/package-url/purl-spec>): a crate of this repository is in no registry.
fn purl(one: &Crate) -> String {
    let kind = match &one.checksum {
        Some(_) => "cargo",
        None => "generic",
    };
    format!(
        "pkg:{kind}/{}@{}",
        one.name,
        one.version.replace('+', "%2B")
    )
}

fn npm_purl(one: &Npm) -> String {
    format!("pkg:npm/{}@{}", one.name, one.version)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::crates;
    use std::collections::BTreeSet;

    fn ours() -> (&'static BTreeMap<Key, Crate>, Value) {
        let crates = crates::tests::ours();
        let npm = Npm {
            name: "mermaid".to_owned(),
            version: "1.2.3".to_owned(),
            licence: "MIT".to_owned(),
            hash: hashes::hex(b"abc"),
        };
        let list = list(crates, &[npm], "version = 4\n");
        (crates, list)
    }

    #[test]
    fn every_crate_of_the_page_is_in_it_once() {
        let (crates, list) = ours();
        let named = |value: &Value| value["bom-ref"].as_str().unwrap().to_owned();
        let components = list["components"].as_array().unwrap();
        let mut refs: Vec<String> = components.iter().map(named).collect();
        refs.push(named(&list["metadata"]["component"]));
        let all: BTreeSet<&String> = refs.iter().collect();
        assert_eq!(all.len(), refs.len());
        for one in crates.values() {
            assert!(refs.contains(&purl(one)), "{}", purl(one));
        }
        assert_eq!(refs.len(), crates.len() + 1);
    }

    #[test]
    fn it_keeps_the_rules_of_its_format() {
        let (_, list) = ours();
        let components = list["components"].as_array().unwrap();
        let subject = &list["metadata"]["component"];
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for one in components.iter().chain([subject]) {
            assert!(["library", "application"].contains(&one["type"].as_str().unwrap()));
            assert!(["required", "optional"].contains(&one["scope"].as_str().unwrap()));
            assert!(
                !one["name"].as_str().unwrap().is_empty()
                    && !one["version"].as_str().unwrap().is_empty()
            );
            let purl = one["purl"].as_str().unwrap();
            assert!(
                purl.starts_with("pkg:") && !purl.contains(['+', ' ']),
                "{purl}"
            );
            assert!(
                !one["licenses"][0]["expression"]
                    .as_str()
                    .unwrap()
                    .contains('/'),
                "{one}"
            );
            let hashes = one["hashes"].as_array().cloned().unwrap_or_default();
            for hash in hashes {
                let digits = hash["content"].as_str().unwrap();
                assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
            known.insert(one["bom-ref"].as_str().unwrap());
        }
        let mut told = BTreeSet::new();
        for one in list["dependencies"].as_array().unwrap() {
            assert!(told.insert(one["ref"].as_str().unwrap()), "{one}");
            let needs = one["dependsOn"].as_array().unwrap();
            let needs: Vec<&str> = needs.iter().map(|need| need.as_str().unwrap()).collect();
            assert!(needs.iter().all(|need| known.contains(need)), "{one}");
            assert_eq!(
                needs.iter().collect::<BTreeSet<_>>().len(),
                needs.len(),
                "{one}"
            );
        }
        assert_eq!(told, known);
        for chance in ["serialNumber", "timestamp"] {
            assert!(!list.to_string().contains(chance), "{chance}");
        }
    }
}
