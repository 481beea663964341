//! What a token looked at, from the bytes in which Halo's server tells it.
//!
//! In: an `attention` object of the event stream (base64), or a binary frame of the socket. Out: one number for each earlier token.
//! Little-endian 32-bit floats; either one row already, or one for each head of each layer, which are averaged.

use serde_json::Value;

use crate::base64;

/// The longest row that is believed: no model reads a longer context, so more must be many rows.
const LONGEST: usize = 1 << 18;

/// The row in an `attention` object; empty where it is null or cannot be used.
pub(super) fn of_object(attention: &Value) -> Vec<f32> {
    let Some(bytes) = attention
        .get("data")
        .and_then(Value::as_str)
        .and_then(base64::decode)
    else {
        return Vec::new();
    };
    let shape: Vec<usize> = attention
        .get("shape")
        .and_then(Value::as_array)
        .map(|shape| {
            let sizes = shape.iter().filter_map(Value::as_u64);
            sizes
                .filter_map(|size| usize::try_from(size).ok())
                .collect()
        })
        .unwrap_or_default();
    let floats = floats(&bytes);
    let width = shape.last().copied().unwrap_or(floats.len());
    mean(&floats, width)
}

/// Tells rows from stacks of rows in a socket's binary frames, which say nothing of their shape.
///
/// From one token to the next the context grows by one: a frame of one row grows by one number, a stack by one for each of its rows.
#[derive(Debug, Default)]
pub(super) struct Frames {
    before: usize,
    rows: Option<usize>,
}

impl Frames {
    /// The row in a binary frame; empty where there is none, or where its shape cannot be told.
    pub fn row(&mut self, bytes: &[u8]) -> Vec<f32> {
        let floats = floats(bytes);
        let grown = floats.len().checked_sub(self.before);
        if let Some(rows) = grown.filter(|&rows| self.before > 0 && rows > 0) {
            self.rows = floats.len().is_multiple_of(rows).then_some(rows);
        }
        self.before = floats.len();
        let width = floats.len() / self.rows.unwrap_or(1).max(1);
        mean(&floats, width)
    }
}

/// The mean of all rows of this width.
fn mean(floats: &[f32], width: usize) -> Vec<f32> {
    if width == 0 || width > LONGEST || !floats.len().is_multiple_of(width) {
        return Vec::new();
    }
    let mut row = vec![0.0_f32; width];
    for layer in floats.chunks_exact(width) {
        for (sum, &one) in row.iter_mut().zip(layer) {
            *sum += if one.is_finite() { one } else { 0.0 };
        }
    }
    let rows = (floats.len() / width) as f32;
    row.iter_mut().for_each(|sum| *sum /= rows);
    row
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let whole = bytes.as_chunks::<4>().0;
    whole.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn many_rows_become_their_mean_and_one_stays_as_it_is() {
        // 1, 2, 3, 4 as floats.
        let data = "AACAPwAAAEAAAEBAAACAQA==";
        let row = |shape: Value| of_object(&json!({ "shape": shape, "data": data }));
        assert_eq!(row(json!([4])), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(row(json!([1, 2, 2])), [2.0, 3.0]);
        assert_eq!(row(json!([2, 1, 2])), [2.0, 3.0]);
        assert_eq!(row(json!(null)), [1.0, 2.0, 3.0, 4.0]);
        // What cannot be is nothing, not a crash.
        assert!(row(json!([3])).is_empty());
        assert!(row(json!([0])).is_empty());
        assert!(of_object(&json!(null)).is_empty());
        assert!(of_object(&json!({ "shape": [1], "data": "!" })).is_empty());
    }

    #[test]
    fn frames_tell_their_shape_by_how_they_grow() {
        let bytes = |numbers: &[f32]| -> Vec<u8> {
            numbers.iter().flat_map(|one| one.to_le_bytes()).collect()
        };
        let mut one_row = Frames::default();
        assert!(one_row.row(&[]).is_empty());
        assert_eq!(one_row.row(&bytes(&[1.0, 3.0])), [1.0, 3.0]);
        assert_eq!(one_row.row(&bytes(&[1.0, 3.0, 5.0])), [1.0, 3.0, 5.0]);
        let mut two_rows = Frames::default();
        two_rows.row(&bytes(&[1.0, 1.0]));
        assert_eq!(two_rows.row(&bytes(&[1.0, 2.0, 3.0, 4.0])), [2.0, 3.0]);
        assert!(two_rows.row(&bytes(&[f32::NAN])).len() <= 1);
    }
}
