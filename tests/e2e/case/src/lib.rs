//! `#[e2e::case]`: names a function as one case, where it stands, so that no list must know of it.
//!
//! In: an `async fn` that takes a stage. Out: the same, and its entry in the suite of the program that it is compiled into. It must not
//! know what a case does.

use proc_macro::{TokenStream, TokenTree};

/// Names an `async fn(Stage)` as a case of the suite. In brackets stands what it needs that not every engine has: `#[e2e::case(Costs)]`.
#[proc_macro_attribute]
pub fn case(needs: TokenStream, function: TokenStream) -> TokenStream {
    let needs: String = needs
        .into_iter()
        .filter(|token| matches!(token, TokenTree::Ident(_)))
        .map(|need| format!("::e2e::engine::Need::{need}, "))
        .collect();
    let mut words = function.clone().into_iter().map(|token| token.to_string());
    let name = words.find(|word| word == "fn").and_then(|_| words.next());
    let entry = match name {
        Some(name) => format!(
            "::e2e::inventory::submit! {{ ::e2e::Case {{
                path: ::core::concat!(::core::module_path!(), \"::{name}\"),
                needs: &[{needs}],
                run: |stage| ::std::boxed::Box::pin({name}(stage)),
            }} }}"
        ),
        None => "::core::compile_error!(\"a case is an async fn\");".to_owned(),
    };
    // Both are made of names and signs that Rust knows: they can be read.
    let entry: TokenStream = entry.parse().unwrap_or_default();
    function.into_iter().chain(entry).collect()
}
