//! Vectors of sixteen lanes, and the choice of the instruction set at run time.
//!
//! One source gives every version: a job is generic over [`Simd`] and is inlined into a function that is compiled for
//! the set. Every operation is one that all sets round alike, nothing fuses a multiplication with an addition, and no
//! sum runs across lanes, so that all versions give the same bits.
#![expect(
    unsafe_code,
    reason = "an instruction may be used only where its set was found: each vector type here is made by `InstructionSet::run` alone, after the set was found"
)]

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

pub use portable::Portable;

/// Items of a block, blocks of a super, and children of every node above: one vector of sixteen lanes.
pub const LANES: usize = 16;

/// Sixteen numbers, one a lane.
pub type Lanes = [f32; LANES];

/// Operations on sixteen lanes. No operand is not-a-number.
pub trait Simd: Copy {
    /// Sixteen numbers.
    type F: Copy;
    /// Sixteen sets of bits.
    type U: Copy;
    /// Sixteen answers.
    type M: Copy;

    /// The same number in all lanes.
    fn number(self, x: f32) -> Self::F;
    /// The same bits in all lanes.
    fn same(self, x: u32) -> Self::U;
    /// Sixteen numbers.
    fn numbers(self, x: &Lanes) -> Self::F;
    /// Sixteen sets of bits.
    fn words(self, x: &[u32; LANES]) -> Self::U;
    /// Sixteen sets of bits.
    fn bytes(self, x: &[u8; LANES]) -> Self::U;
    /// Sixteen counts as numbers.
    fn counts(self, x: &[u16; LANES]) -> Self::F;
    /// The entry of a table for each set of bits, taken as a number below sixteen.
    fn look_up(self, table: &Lanes, x: Self::U) -> Self::F;
    /// Sixteen small counts as numbers.
    fn small_counts(self, x: &[u8; LANES]) -> Self::F;
    /// Sixteen numbers of which the sixteen bits from the twelfth on are kept, counted from those of a least one.
    fn shorts(self, x: &[u16; LANES], least: f32) -> Self::F;
    /// The entry of a long table for each set of bits, taken as a number below sixty-four.
    fn look_up_long(self, table: &[f32; 64], x: Self::U) -> Self::F;
    /// a + b
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    /// a - b
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    /// a * b, rounded
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    /// a / b, rounded
    fn div(self, a: Self::F, b: Self::F) -> Self::F;
    /// The greater.
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    /// The lesser.
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// Whether two sets of bits meet.
    fn meets(self, a: Self::U, b: Self::U) -> Self::M;
    /// Whether a has all bits of b.
    fn holds(self, a: Self::U, b: Self::U) -> Self::M;
    /// a >= b
    fn at_least(self, a: Self::F, b: Self::F) -> Self::M;
    /// Both.
    fn and(self, a: Self::M, b: Self::M) -> Self::M;
    /// a where the answer is yes, else b.
    fn pick(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F;
    /// The answers as bits, the first lane lowest.
    fn bits(self, m: Self::M) -> u32;
    /// The lanes one by one.
    fn lanes(self, x: Self::F) -> Lanes;

    /// a + b where the answer is yes, else a.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn add_where(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        self.add(a, self.pick(m, b, self.number(0.0)))
    }
}

/// Work that runs on an instruction set. Everything that it calls in a loop has to be inlined into it.
pub trait Job {
    /// What comes out.
    type Output;

    /// Does the work. Implementations are `#[inline(always)]`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// An instruction set that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionSet(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl InstructionSet {
    /// What every machine of the architecture has; SSE2 on x86-64.
    pub const PORTABLE: Self = Self(Set::Portable);

    /// All that this machine has, the widest last.
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<InstructionSet>> = OnceLock::new();
        ALL.get_or_init(|| {
            #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "one set on other machines"))]
            let mut all = vec![Self::PORTABLE];
            #[cfg(target_arch = "x86_64")]
            {
                let avx2 = is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("lzcnt")
                    && is_x86_feature_detected!("popcnt");
                if avx2 {
                    all.push(Self(Set::Avx2));
                }
                if avx2
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    all.push(Self(Set::Avx512));
                }
            }
            all
        })
    }

    /// The widest that this machine has.
    pub fn best() -> Self {
        Self::all().last().copied().unwrap_or(Self::PORTABLE)
    }

    /// The name, as it is printed.
    pub const fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// Runs a job on this instruction set.
    #[inline]
    pub fn run<J: Job>(self, job: J) -> J::Output {
        match self.0 {
            Set::Portable => job.run(Portable),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a value of this variant is made by `all` alone, after the set was found.
            Set::Avx2 => unsafe { avx2(job) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Set::Avx512 => unsafe { avx512(job) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<J: Job>(job: J) -> J::Output {
    job.run(x86::Avx2::found())
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx512<J: Job>(job: J) -> J::Output {
    job.run(x86::Avx512::found())
}

/// Asks for a value to be brought near while other work is done. It changes no result.
#[inline(always)]
pub(super) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let at = std::ptr::from_ref(value).cast::<i8>();
        for line in 0..size_of::<T>().div_ceil(64) {
            // SAFETY: the instruction reads nothing that the program can see, and does not fault.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(line.wrapping_mul(64))) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
