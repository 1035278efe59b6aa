//! A listing, cut into shares of neighboring objects.

use super::Share;

/// A share has about so many bytes at least: seconds of a function's time.
const LEAST: u64 = 64 << 20;

/// And so many at most: a function has its time for it, twice.
pub const MOST: u64 = 512 << 20;

/// So many shares are wanted at most. Each is a line of the list that Step Functions reads.
const WANTED: u64 = 100_000;

/// A share has no more objects, however small they are: each is a request.
const OBJECTS: u64 = 5_000;

/// How large the shares of so many bytes are.
#[must_use]
pub fn share_bytes(total: u64) -> u64 {
    (total / WANTED).clamp(LEAST, MOST)
}

/// Cuts the objects of a listing, one after the other. Memory grows with the number of shares, and not of objects.
#[derive(Debug, Default)]
pub struct Shares {
    /// How many bytes a share has, where somebody says it.
    size: Option<u64>,
    done: Vec<Share>,
    open: Option<Share>,
    objects: u64,
    bytes: u64,
}

impl Shares {
    /// None yet; of so many bytes each, and else of as many as suit the whole.
    #[must_use]
    pub fn new(size: Option<u64>) -> Self {
        Self { size, ..Self::default() }
    }

    /// Takes the next object, in the order of the keys.
    pub fn add(&mut self, key: &str, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.objects >= OBJECTS || open.bytes + bytes > self.size.unwrap_or(LEAST))
        {
            self.done.extend(self.open.take());
        }
        let after = self.done.last().map(|share| share.last.clone());
        let open =
            self.open.get_or_insert_with(|| Share { number: 0, after, last: String::new(), objects: 0, bytes: 0 });
        key.clone_into(&mut open.last);
        open.objects += 1;
        open.bytes += bytes;
    }

    /// How many objects there are.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.objects
    }

    /// How many bytes they have.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The shares, numbered; joined where there would be too many.
    #[must_use]
    pub fn cut(self) -> Vec<Share> {
        let size = self.size.unwrap_or_else(|| share_bytes(self.bytes));
        let mut joined: Vec<Share> = Vec::new();
        for share in self.done.into_iter().chain(self.open) {
            match joined.last_mut() {
                Some(last) if last.bytes + share.bytes <= size && last.objects + share.objects <= OBJECTS => {
                    last.last = share.last;
                    last.objects += share.objects;
                    last.bytes += share.bytes;
                }
                _ => joined.push(share),
            }
        }
        for (number, share) in (0..).zip(&mut joined) {
            share.number = number;
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_all_objects_once_in_order_and_are_bounded() {
        let mut shares = Shares::default();
        let sizes = (0..30_000_u64).map(|number| if number % 7_000 == 0 { 200 << 20 } else { number % 40_000 });
        let objects: Vec<(String, u64)> = sizes.enumerate().map(|(n, size)| (format!("k{n:06}"), size)).collect();
        for (key, size) in &objects {
            shares.add(key, *size);
        }
        assert_eq!((shares.objects(), shares.bytes()), (30_000, objects.iter().map(|(_, size)| size).sum()));
        let cut = shares.cut();
        let within = |share: &Share| {
            let after = |key: &str| share.after.as_deref().is_none_or(|after| key > after);
            objects
                .iter()
                .filter(|(key, _)| after(key) && key.as_str() <= share.last.as_str())
                .fold((0, 0), |(n, b), (_, size)| (n + 1, b + size))
        };
        for (number, share) in cut.iter().enumerate() {
            assert_eq!((share.number, (share.objects, share.bytes)), (number as u64, within(share)), "{share:?}");
            assert!(share.objects <= OBJECTS && (share.bytes <= LEAST || share.objects == 1), "{share:?}");
        }
        assert_eq!(cut.iter().map(|share| share.objects).sum::<u64>(), 30_000);
        assert!(cut.windows(2).all(|pair| pair[1].after.as_ref() == Some(&pair[0].last)));
        assert!(Shares::default().cut().is_empty());
    }

    #[test]
    fn a_size_that_is_asked_for_is_kept() {
        let mut shares = Shares::new(Some(10));
        for number in 0..10 {
            shares.add(&format!("{number}"), 4);
        }
        let cut: Vec<_> = shares.cut().into_iter().map(|share| (share.after, share.last, share.bytes)).collect();
        assert_eq!(cut.len(), 5);
        assert_eq!(cut[1], (Some("1".to_owned()), "3".to_owned(), 8));
    }

    #[test]
    fn what_is_huge_has_larger_shares_and_no_more_of_them() {
        assert_eq!(share_bytes(1 << 40), LEAST);
        assert_eq!(share_bytes(20 << 40), (20 << 40) / WANTED);
        assert_eq!(share_bytes(1 << 60), MOST);
        let mut shares = Shares::default();
        for number in 0..200_u64 {
            // As if each were a whole share: together they are as much as a hundred terabytes.
            shares.add(&format!("{number:04}"), 1 << 40);
        }
        assert_eq!(shares.cut().len(), 200);
    }
}
