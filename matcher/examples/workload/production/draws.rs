//! Draws of this and that.

use domain::Vocabulary;
use matcher::draw::Draw;

/// A generator of draws from a seed.
pub(crate) struct Draws(Draw);

impl Draws {
    /// Draws that are told apart by what they are for and by a number.
    pub(crate) fn new(purpose: u64, number: u64) -> Self {
        let mut draw = Draw(purpose.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
        draw.next();
        Self(draw)
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    /// Below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.0.next() % bound.max(1) as u64) as usize
    }

    /// Yes with a probability.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of some.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of a list of codes.
    pub(crate) fn code<T: Vocabulary>(&mut self) -> T {
        self.one(T::ALL)
    }

    /// Between nothing and so many different ones of a list of codes.
    pub(crate) fn codes<T: Vocabulary>(&mut self, most: usize) -> Vec<T> {
        let count = self.below(most + 1);
        let mut codes: Vec<T> = (0..count).map(|_| self.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// A number from 0 to 1 that goes along with another one.
    pub(crate) fn near(&mut self, quality: f64) -> f64 {
        0.52 * quality + 0.48 * self.unit()
    }
}
