// Two blocks of 64 bytes, and masks of their lanes, for vector.c: every function does the same to both.
#pragma once
#include <immintrin.h>
#include <stdint.h>

#define TARGET target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,gfni,bmi,bmi2,popcnt")
#define VECTOR __attribute__((TARGET, always_inline)) static inline

/// Two blocks go through all steps side by side, since each step waits for the one before.
typedef struct {
  __m512i a, b;
} wide;
typedef struct {
  __mmask64 a, b;
} masks;

VECTOR wide twice(__m512i v) { return (wide){v, v}; }
VECTOR wide all(int byte) { return twice(_mm512_set1_epi8((char)byte)); }
VECTOR wide none(void) { return twice(_mm512_setzero_si512()); }
VECTOR wide both(wide v, wide w) {
  return (wide){_mm512_and_si512(v.a, w.a), _mm512_and_si512(v.b, w.b)};
}
VECTOR wide either(wide v, wide w) {
  return (wide){_mm512_or_si512(v.a, w.a), _mm512_or_si512(v.b, w.b)};
}
VECTOR wide unlike(wide v, wide w) {
  return (wide){_mm512_xor_si512(v.a, w.a), _mm512_xor_si512(v.b, w.b)};
}
/// `v` without what `w` has.
VECTOR wide without(wide v, wide w) {
  return (wide){_mm512_andnot_si512(w.a, v.a), _mm512_andnot_si512(w.b, v.b)};
}
VECTOR wide plus(wide v, wide w) {
  return (wide){_mm512_add_epi8(v.a, w.a), _mm512_add_epi8(v.b, w.b)};
}
VECTOR wide minus(wide v, wide w) {
  return (wide){_mm512_sub_epi8(v.a, w.a), _mm512_sub_epi8(v.b, w.b)};
}
VECTOR wide lesser(wide v, wide w) {
  return (wide){_mm512_min_epu8(v.a, w.a), _mm512_min_epu8(v.b, w.b)};
}
/// Of `v` where `which` has ones, else of `w`.
VECTOR wide choose(wide which, wide v, wide w) {
  return (wide){_mm512_ternarylogic_epi64(which.a, v.a, w.a, 0xCA),
                _mm512_ternarylogic_epi64(which.b, v.b, w.b, 0xCA)};
}
VECTOR wide bits(wide v, int mask) { return both(v, all(mask)); }
VECTOR wide differs(wide v, int byte) { return unlike(v, all(byte)); }
VECTOR wide three(wide v, wide w, wide x) { return either(either(v, w), x); }
/// `v` and, of what `more` has, those bits.
VECTOR wide with(wide v, wide more, int mask) { return either(v, bits(more, mask)); }
// Shifts of bytes; bits that come from a neighbour must be masked.
VECTOR wide up(wide v, unsigned n) {
  return (wide){_mm512_slli_epi16(v.a, n), _mm512_slli_epi16(v.b, n)};
}
VECTOR wide down(wide v, unsigned n) {
  return (wide){_mm512_srli_epi16(v.a, n), _mm512_srli_epi16(v.b, n)};
}
VECTOR masks has(wide v, int mask) {
  return (masks){_mm512_test_epi8_mask(v.a, all(mask).a), _mm512_test_epi8_mask(v.b, all(mask).b)};
}
VECTOR masks lacks(wide v) {
  return (masks){_mm512_testn_epi8_mask(v.a, v.a), _mm512_testn_epi8_mask(v.b, v.b)};
}
VECTOR masks where(masks m, masks n) { return (masks){m.a & n.a, m.b & n.b}; }
VECTOR masks high(wide v) { return (masks){_mm512_movepi8_mask(v.a), _mm512_movepi8_mask(v.b)}; }
/// `v`, but `w` where the mask says so.
VECTOR wide replace(wide v, masks m, wide w) {
  return (wide){_mm512_mask_mov_epi8(v.a, m.a, w.a), _mm512_mask_mov_epi8(v.b, m.b, w.b)};
}
VECTOR wide only(masks m, wide v) {
  return (wide){_mm512_maskz_mov_epi8(m.a, v.a), _mm512_maskz_mov_epi8(m.b, v.b)};
}
VECTOR __m512i part(const uint8_t *tables, int offset) { return _mm512_load_si512(tables + offset); }
VECTOR wide bytes(const uint8_t *here) {
  return (wide){_mm512_loadu_si512(here), _mm512_loadu_si512(here + 64)};
}
/// Each lane of `v` whose number `index` has.
VECTOR wide at(wide index, wide v) {
  return (wide){_mm512_permutexvar_epi8(index.a, v.a), _mm512_permutexvar_epi8(index.b, v.b)};
}
/// The same for some lanes; the others are `otherwise`.
VECTOR wide atSome(wide otherwise, __mmask64 lanes, wide index, wide v) {
  return (wide){_mm512_mask_permutexvar_epi8(otherwise.a, lanes, index.a, v.a),
                _mm512_mask_permutexvar_epi8(otherwise.b, lanes, index.b, v.b)};
}
/// A table of 128 bytes.
VECTOR wide look(const uint8_t *tables, int offset, wide index) {
  __m512i low = part(tables, offset), high = part(tables, offset + 64);
  return (wide){_mm512_permutex2var_epi8(low, index.a, high),
                _mm512_permutex2var_epi8(low, index.b, high)};
}
/// Sixteen bytes, by the low half of each byte of `index`; zero where its highest bit is set.
typedef uint8_t sixteen[16] __attribute__((aligned(16)));
VECTOR wide small(const sixteen table, wide index) {
  __m512i all4 = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)table));
  return (wide){_mm512_shuffle_epi8(all4, index.a), _mm512_shuffle_epi8(all4, index.b)};
}
