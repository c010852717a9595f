//! Sixteen lanes in arrays, for machines of which nothing more is known.
#![expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]

use super::{LANES, Lanes, Simd};

/// No instruction set in particular.
#[derive(Debug, Clone, Copy)]
pub struct Portable;

#[inline(always)]
fn each<A: Copy, B: Copy, R: Copy + Default>(
    a: &[A; LANES],
    b: &[B; LANES],
    f: impl Fn(A, B) -> R,
) -> [R; LANES] {
    let mut out = [R::default(); LANES];
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = f(*a, *b);
    }
    out
}

impl Simd for Portable {
    type F = Lanes;
    type U = [u32; LANES];
    type M = [bool; LANES];

    #[inline(always)]
    fn number(self, x: f32) -> Lanes {
        [x; LANES]
    }

    #[inline(always)]
    fn same(self, x: u32) -> Self::U {
        [x; LANES]
    }

    #[inline(always)]
    fn numbers(self, x: &Lanes) -> Lanes {
        *x
    }

    #[inline(always)]
    fn words(self, x: &[u32; LANES]) -> Self::U {
        *x
    }

    #[inline(always)]
    fn bytes(self, x: &[u8; LANES]) -> Self::U {
        each(x, x, |x, _| u32::from(x))
    }

    #[inline(always)]
    fn counts(self, x: &[u16; LANES]) -> Lanes {
        each(x, x, |x, _| f32::from(x))
    }

    #[inline(always)]
    fn look_up(self, table: &Lanes, x: Self::U) -> Lanes {
        let entry = |x: u32| table.get((x & 15) as usize).copied().unwrap_or(0.0);
        each(&x, &x, |x, _| entry(x))
    }

    #[inline(always)]
    fn small_counts(self, x: &[u8; LANES]) -> Lanes {
        each(x, x, |x, _| f32::from(x))
    }

    #[inline(always)]
    fn shorts(self, x: &[u16; LANES], least: f32) -> Lanes {
        let least = least.to_bits();
        each(x, x, |x, _| f32::from_bits((u32::from(x) << 12).wrapping_add(least)))
    }

    #[inline(always)]
    fn look_up_long(self, table: &[f32; 64], x: Self::U) -> Lanes {
        let entry = |x: u32| table.get((x & 63) as usize).copied().unwrap_or(0.0);
        each(&x, &x, |x, _| entry(x))
    }

    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        each(&a, &b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Lanes, b: Lanes) -> Lanes {
        each(&a, &b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        each(&a, &b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: Lanes, b: Lanes) -> Lanes {
        each(&a, &b, |a, b| a / b)
    }

    #[inline(always)]
    fn max(self, a: Lanes, b: Lanes) -> Lanes {
        each(&a, &b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, a: Lanes, b: Lanes) -> Lanes {
        each(&a, &b, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn meets(self, a: Self::U, b: Self::U) -> Self::M {
        each(&a, &b, |a, b| a & b != 0)
    }

    #[inline(always)]
    fn holds(self, a: Self::U, b: Self::U) -> Self::M {
        each(&a, &b, |a, b| a & b == b)
    }

    #[inline(always)]
    fn at_least(self, a: Lanes, b: Lanes) -> Self::M {
        each(&a, &b, |a, b| a >= b)
    }

    #[inline(always)]
    fn and(self, a: Self::M, b: Self::M) -> Self::M {
        each(&a, &b, |a, b| a & b)
    }

    #[inline(always)]
    fn pick(self, m: Self::M, a: Lanes, b: Lanes) -> Lanes {
        let mut out = b;
        for ((out, a), m) in out.iter_mut().zip(a).zip(m) {
            *out = if m { a } else { *out };
        }
        out
    }

    #[inline(always)]
    fn bits(self, m: Self::M) -> u32 {
        let mut bits = 0;
        for (lane, yes) in m.into_iter().enumerate() {
            bits |= u32::from(yes) << lane;
        }
        bits
    }

    #[inline(always)]
    fn lanes(self, x: Lanes) -> Lanes {
        x
    }
}
