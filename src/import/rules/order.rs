//! Things in the order of their numbers.

/// Puts things in order; equal ones stay as they stand. One sort for all sorts of things: each of its own would cost the page 8 KB.
pub fn by_number<T>(things: Vec<T>, number: impl Fn(&T) -> u64) -> Vec<T> {
    let numbers = things.iter().map(number).enumerate();
    let mut order: Vec<(u64, usize)> = numbers.map(|(at, number)| (number, at)).collect();
    order.sort_unstable();
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    let places = order.into_iter();
    places
        .filter_map(|(_, at)| things.get_mut(at)?.take())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_stay_as_they_stand() {
        let things = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        let ordered = by_number(things, |(number, _)| *number);
        let letters: String = ordered.iter().map(|(_, letter)| *letter).collect();
        assert_eq!(letters, "dbeac");
    }
}
