//! Sixteen lanes in two vectors of AVX2 or one of AVX-512.
//!
//! Every unsafe block here is sound for the same reason: a value of either type is made only where its set was found, and
//! what is read or written through a pointer is one whole array of sixteen.
#![expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]

use std::arch::x86_64::{
    __m256, __m256i, __m512, __m512i, __mmask16, _CMP_GE_OQ, _mm_loadu_si128, _mm_srli_si128,
    _mm256_add_epi32, _mm256_add_ps, _mm256_and_ps, _mm256_and_si256, _mm256_blendv_ps, _mm256_castsi256_ps,
    _mm256_cmp_ps, _mm256_cmpeq_epi32, _mm256_cvtepi32_ps, _mm256_cvtepu8_epi32, _mm256_cvtepu16_epi32,
    _mm256_div_ps, _mm256_i32gather_ps, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_max_ps, _mm256_min_ps,
    _mm256_movemask_ps, _mm256_mul_ps, _mm256_permutevar8x32_ps, _mm256_set1_epi32, _mm256_set1_ps,
    _mm256_setzero_si256, _mm256_slli_epi32, _mm256_storeu_ps, _mm256_sub_ps, _mm256_xor_si256,
    _mm512_add_epi32, _mm512_add_ps, _mm512_and_si512, _mm512_castsi512_ps, _mm512_cmp_ps_mask,
    _mm512_cmpeq_epi32_mask, _mm512_cvtepi32_ps, _mm512_cvtepu8_epi32, _mm512_cvtepu16_epi32, _mm512_div_ps,
    _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mask_add_ps, _mm512_mask_blend_ps, _mm512_max_ps,
    _mm512_min_ps, _mm512_mul_ps, _mm512_permutex2var_ps, _mm512_permutexvar_ps, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_sub_ps, _mm512_test_epi32_mask,
};

use super::{LANES, Lanes, Simd};

/// AVX2; a value is a proof that the machine has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

/// AVX-512 F, BW, DQ and VL; a value is a proof that the machine has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx512(());

impl Avx2 {
    #[target_feature(enable = "avx2")]
    pub(super) fn found() -> Self {
        Self(())
    }
}

impl Avx512 {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    pub(super) fn found() -> Self {
        Self(())
    }
}

macro_rules! both {
    ($of:ident($($arg:expr),*)) => {{
        unsafe { [$of($($arg[0]),*), $of($($arg[1]),*)] }
    }};
}

impl Simd for Avx2 {
    type F = [__m256; 2];
    type U = [__m256i; 2];
    type M = [__m256; 2];

    #[inline(always)]
    fn number(self, x: f32) -> Self::F {
        unsafe { [_mm256_set1_ps(x); 2] }
    }

    #[inline(always)]
    fn same(self, x: u32) -> Self::U {
        unsafe { [_mm256_set1_epi32(x.cast_signed()); 2] }
    }

    #[inline(always)]
    fn numbers(self, x: &Lanes) -> Self::F {
        let at = x.as_ptr();
        unsafe { [_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))] }
    }

    #[inline(always)]
    fn words(self, x: &[u32; LANES]) -> Self::U {
        let at = x.as_ptr();
        unsafe { [_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(8).cast())] }
    }

    #[inline(always)]
    fn bytes(self, x: &[u8; LANES]) -> Self::U {
        unsafe {
            let all = _mm_loadu_si128(x.as_ptr().cast());
            [_mm256_cvtepu8_epi32(all), _mm256_cvtepu8_epi32(_mm_srli_si128::<8>(all))]
        }
    }

    #[inline(always)]
    fn counts(self, x: &[u16; LANES]) -> Self::F {
        let at = x.as_ptr();
        unsafe {
            let low = _mm256_cvtepu16_epi32(_mm_loadu_si128(at.cast()));
            let high = _mm256_cvtepu16_epi32(_mm_loadu_si128(at.add(8).cast()));
            [_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high)]
        }
    }

    #[inline(always)]
    fn look_up(self, table: &Lanes, x: Self::U) -> Self::F {
        let [low, high] = self.numbers(table);
        unsafe {
            // An entry is chosen by three bits, and the half of the table by the fourth, moved to where a blend looks.
            let a = _mm256_blendv_ps(
                _mm256_permutevar8x32_ps(low, x[0]),
                _mm256_permutevar8x32_ps(high, x[0]),
                _mm256_castsi256_ps(_mm256_slli_epi32::<28>(x[0])),
            );
            let b = _mm256_blendv_ps(
                _mm256_permutevar8x32_ps(low, x[1]),
                _mm256_permutevar8x32_ps(high, x[1]),
                _mm256_castsi256_ps(_mm256_slli_epi32::<28>(x[1])),
            );
            [a, b]
        }
    }

    #[inline(always)]
    fn small_counts(self, x: &[u8; LANES]) -> Self::F {
        let [low, high] = self.bytes(x);
        unsafe { [_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high)] }
    }

    #[inline(always)]
    fn shorts(self, x: &[u16; LANES], least: f32) -> Self::F {
        let at = x.as_ptr();
        unsafe {
            let least = _mm256_set1_epi32(least.to_bits().cast_signed());
            let low = _mm256_slli_epi32::<12>(_mm256_cvtepu16_epi32(_mm_loadu_si128(at.cast())));
            let high = _mm256_slli_epi32::<12>(_mm256_cvtepu16_epi32(_mm_loadu_si128(at.add(8).cast())));
            [
                _mm256_castsi256_ps(_mm256_add_epi32(low, least)),
                _mm256_castsi256_ps(_mm256_add_epi32(high, least)),
            ]
        }
    }

    #[inline(always)]
    fn look_up_long(self, table: &[f32; 64], x: Self::U) -> Self::F {
        let at = table.as_ptr();
        unsafe {
            // Held below sixty-four, so that nothing outside the table is read.
            let most = _mm256_set1_epi32(63);
            [
                _mm256_i32gather_ps::<4>(at, _mm256_and_si256(x[0], most)),
                _mm256_i32gather_ps::<4>(at, _mm256_and_si256(x[1], most)),
            ]
        }
    }

    #[inline(always)]
    fn add(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_add_ps(a, b))
    }

    #[inline(always)]
    fn sub(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_sub_ps(a, b))
    }

    #[inline(always)]
    fn mul(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_mul_ps(a, b))
    }

    #[inline(always)]
    fn div(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_div_ps(a, b))
    }

    #[inline(always)]
    fn max(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_max_ps(a, b))
    }

    #[inline(always)]
    fn min(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_min_ps(a, b))
    }

    #[inline(always)]
    fn meets(self, a: Self::U, b: Self::U) -> Self::M {
        unsafe {
            let none = _mm256_setzero_si256();
            let ones = _mm256_set1_epi32(-1);
            let low = _mm256_cmpeq_epi32(_mm256_and_si256(a[0], b[0]), none);
            let high = _mm256_cmpeq_epi32(_mm256_and_si256(a[1], b[1]), none);
            [
                _mm256_castsi256_ps(_mm256_xor_si256(low, ones)),
                _mm256_castsi256_ps(_mm256_xor_si256(high, ones)),
            ]
        }
    }

    #[inline(always)]
    fn holds(self, a: Self::U, b: Self::U) -> Self::M {
        unsafe {
            [
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(a[0], b[0]), b[0])),
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(a[1], b[1]), b[1])),
            ]
        }
    }

    #[inline(always)]
    fn at_least(self, a: Self::F, b: Self::F) -> Self::M {
        unsafe { [_mm256_cmp_ps::<_CMP_GE_OQ>(a[0], b[0]), _mm256_cmp_ps::<_CMP_GE_OQ>(a[1], b[1])] }
    }

    #[inline(always)]
    fn and(self, a: Self::M, b: Self::M) -> Self::M {
        both!(_mm256_and_ps(a, b))
    }

    #[inline(always)]
    fn pick(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_blendv_ps(b, a, m))
    }

    #[inline(always)]
    fn bits(self, m: Self::M) -> u32 {
        let (low, high) = unsafe { (_mm256_movemask_ps(m[0]), _mm256_movemask_ps(m[1])) };
        low.cast_unsigned() | high.cast_unsigned() << 8
    }

    #[inline(always)]
    fn lanes(self, x: Self::F) -> Lanes {
        let mut out = [0.0; LANES];
        let at = out.as_mut_ptr();
        unsafe {
            _mm256_storeu_ps(at, x[0]);
            _mm256_storeu_ps(at.add(8), x[1]);
        }
        out
    }

    #[inline(always)]
    fn add_where(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        self.add(a, both!(_mm256_and_ps(m, b)))
    }
}

impl Simd for Avx512 {
    type F = __m512;
    type U = __m512i;
    type M = __mmask16;

    #[inline(always)]
    fn number(self, x: f32) -> Self::F {
        unsafe { _mm512_set1_ps(x) }
    }

    #[inline(always)]
    fn same(self, x: u32) -> Self::U {
        unsafe { _mm512_set1_epi32(x.cast_signed()) }
    }

    #[inline(always)]
    fn numbers(self, x: &Lanes) -> Self::F {
        unsafe { _mm512_loadu_ps(x.as_ptr()) }
    }

    #[inline(always)]
    fn words(self, x: &[u32; LANES]) -> Self::U {
        unsafe { _mm512_loadu_si512(x.as_ptr().cast()) }
    }

    #[inline(always)]
    fn bytes(self, x: &[u8; LANES]) -> Self::U {
        unsafe { _mm512_cvtepu8_epi32(_mm_loadu_si128(x.as_ptr().cast())) }
    }

    #[inline(always)]
    fn counts(self, x: &[u16; LANES]) -> Self::F {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256(x.as_ptr().cast()))) }
    }

    #[inline(always)]
    fn look_up(self, table: &Lanes, x: Self::U) -> Self::F {
        unsafe { _mm512_permutexvar_ps(x, self.numbers(table)) }
    }

    #[inline(always)]
    fn small_counts(self, x: &[u8; LANES]) -> Self::F {
        unsafe { _mm512_cvtepi32_ps(self.bytes(x)) }
    }

    #[inline(always)]
    fn shorts(self, x: &[u16; LANES], least: f32) -> Self::F {
        unsafe {
            let least = _mm512_set1_epi32(least.to_bits().cast_signed());
            let wide = _mm512_slli_epi32::<12>(_mm512_cvtepu16_epi32(_mm256_loadu_si256(x.as_ptr().cast())));
            _mm512_castsi512_ps(_mm512_add_epi32(wide, least))
        }
    }

    #[inline(always)]
    fn look_up_long(self, table: &[f32; 64], x: Self::U) -> Self::F {
        let at = table.as_ptr();
        unsafe {
            // Five bits choose an entry of two vectors, the sixth one of the two pairs.
            let low = _mm512_permutex2var_ps(_mm512_loadu_ps(at), x, _mm512_loadu_ps(at.add(16)));
            let high = _mm512_permutex2var_ps(_mm512_loadu_ps(at.add(32)), x, _mm512_loadu_ps(at.add(48)));
            _mm512_mask_blend_ps(_mm512_test_epi32_mask(x, _mm512_set1_epi32(32)), low, high)
        }
    }

    #[inline(always)]
    fn add(self, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_div_ps(a, b) }
    }

    #[inline(always)]
    fn max(self, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_max_ps(a, b) }
    }

    #[inline(always)]
    fn min(self, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_min_ps(a, b) }
    }

    #[inline(always)]
    fn meets(self, a: Self::U, b: Self::U) -> Self::M {
        unsafe { _mm512_test_epi32_mask(a, b) }
    }

    #[inline(always)]
    fn holds(self, a: Self::U, b: Self::U) -> Self::M {
        unsafe { _mm512_cmpeq_epi32_mask(_mm512_and_si512(a, b), b) }
    }

    #[inline(always)]
    fn at_least(self, a: Self::F, b: Self::F) -> Self::M {
        unsafe { _mm512_cmp_ps_mask::<_CMP_GE_OQ>(a, b) }
    }

    #[inline(always)]
    fn and(self, a: Self::M, b: Self::M) -> Self::M {
        a & b
    }

    #[inline(always)]
    fn pick(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_mask_blend_ps(m, b, a) }
    }

    #[inline(always)]
    fn bits(self, m: Self::M) -> u32 {
        u32::from(m)
    }

    #[inline(always)]
    fn lanes(self, x: Self::F) -> Lanes {
        let mut out = [0.0; LANES];
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), x) };
        out
    }

    #[inline(always)]
    fn add_where(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        unsafe { _mm512_mask_add_ps(a, m, a, b) }
    }
}
