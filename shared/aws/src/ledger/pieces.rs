//! Texts that are longer than an item may be, in pieces.

/// The text in pieces of at most so many bytes, each of whole characters; none of an empty text.
pub(super) fn pieces(mut text: &str, most: usize) -> Vec<&str> {
    let mut all = Vec::new();
    while !text.is_empty() {
        let mut end = text.len().min(most);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, rest) = text.split_at(end);
        all.push(piece);
        text = rest;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_between_characters_and_lose_nothing() {
        for text in ["", "abc", "äöüß€äöüß€", &"é".repeat(100)] {
            for most in [4, 5, 7, 1000] {
                let pieces = pieces(text, most);
                assert_eq!(pieces.concat(), text);
                assert!(pieces.iter().all(|piece| piece.len() <= most), "{text}, {most}: {pieces:?}");
            }
        }
        assert!(pieces("", 4).is_empty());
    }
}
