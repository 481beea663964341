//! What is there or not, and lists.
//!
//! In: a condition, or items with keys. Out: views that come and go. What a view reads while it is made does not make it anew.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;

/// Children that are there while `when` says so, and are made anew each time.
#[component]
pub fn Show(#[prop(into)] when: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let is_there = Memo::new(move |_| when.get());
    move || is_there.get().then(|| untrack(|| children()))
}

/// A view for each item. A row whose key stays keeps its element and is not drawn anew: the key holds all that the row shows.
#[component]
pub fn For<E, I, T, F, K, C, N>(
    /// The items.
    each: E,
    /// Tells an item from all others that look otherwise.
    key: F,
    /// Makes the row of an item.
    children: C,
) -> impl IntoView
where
    E: Fn() -> I + Send + Sync + 'static,
    I: IntoIterator<Item = T>,
    T: Send + 'static,
    F: Fn(&T) -> K + Send + Sync + 'static,
    K: PartialEq + 'static,
    C: Fn(T) -> N + Send + Sync + 'static,
    N: IntoView + 'static,
{
    let children = Arc::new(children);
    let known = StoredValue::new_local((Vec::<K>::new(), Numbers::default()));
    let items = move || {
        let items: Vec<T> = each().into_iter().collect();
        let keys: Vec<K> = items.iter().map(&key).collect();
        let numbers = known.try_update_value(|(before, numbers)| {
            numbers.take(keys.len(), &|new, old| keys.get(new) == before.get(old));
            *before = keys;
            numbers.given.clone()
        });
        let row = |(number, item)| -> Row {
            let children = children.clone();
            (number, Box::new(move || children(item).into_any()))
        };
        let numbers = numbers.unwrap_or_default();
        numbers.into_iter().zip(items).map(row).collect()
    };
    rows(Box::new(items))
}

/// A row before it is made: its number, and what makes it.
type Row = (u64, Box<dyn FnOnce() -> AnyView + Send>);

fn rows(items: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    let list = Owner::current().unwrap_or_default();
    let rows = move || {
        let list = list.clone();
        let make = move |_, (_, make): Row| {
            let owner = list.child();
            let view = owner.with(|| untrack(make));
            (drop::<usize>, OwnedView::new_with_owner(view, owner))
        };
        keyed(items(), |(number, _): &Row| *number, make)
    };
    rows.into_any()
}

/// The numbers of the rows of a list, in order: a row that stays keeps its own.
#[derive(Default)]
struct Numbers {
    given: Vec<u64>,
    last: u64,
}

impl Numbers {
    /// Gives as many rows their numbers; `same` tells whether a new one is an old one. A number is given once: two that are the
    /// same are two.
    fn take(&mut self, count: usize, same: &dyn Fn(usize, usize) -> bool) {
        let mut free: Vec<Option<u64>> = self.given.drain(..).map(Some).collect();
        let mut next = 0;
        for new in 0..count {
            // Mostly it stands behind the one before it.
            let mut places = std::iter::once(next).chain(0..free.len());
            let old = places.find(|old| matches!(free.get(*old), Some(Some(_))) && same(new, *old));
            let number = old.and_then(|old| free.get_mut(old)?.take());
            next = old.unwrap_or(next) + usize::from(old.is_some());
            self.given.push(number.unwrap_or_else(|| {
                self.last += 1;
                self.last
            }));
        }
    }
}
