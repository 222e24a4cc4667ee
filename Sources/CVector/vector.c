// Two bundles at once: an instruction is decoded at every one of 64 bytes, as if one started there;
// then the lengths show where instructions do start, and only those count.
//
// Whatever is not plain is left to the caller as unknown, so that nothing has to be right here but what
// is let through. What an instruction takes from behind its bundle (lanes wrap around) makes it too
// long, and so unknown. A lane is a byte; a mask has a bit a lane.
#include "vector.h"
#include <immintrin.h>

#define TARGET target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#define VECTOR __attribute__((TARGET, always_inline)) static inline

// Offsets into the tables, as in VectorTables.swift.
enum { FORMS = 0, GROUPS = 1536, LAYOUT = 1792, WRITES = 1920, NEEDS = 2048, SHAPES = 2176 };
// LAYOUT: bits 0…2 count immediate bytes. Refused is what SHAPES has in the same bit.
enum { MODRM = 8, NO_REGISTER = 0x10, NO_MEMORY = 0x20, ACCESS = 0x40 };
// WRITES. RM is where SHAPES has IS_MEMORY.
enum { REG = 1, OPCODE = 2, EXTENDS = 4, BYTE = 8, JUMP32 = 0x10, RM = 0x20, JUMP8 = 0x40 };
// NEEDS: the two bits that stand in a REX prefix where it has W and where all have a one; six features.
enum { NO_W = 8, NO_REX = 0x40, FEATURES = 0xB7 };
// SHAPES: bits 0…2 count ModRM, SIB and displacement.
// Bits 4…6 mean a register, memory and memory again; bit 7 a SIB byte that may be without base.
enum { HAS_SIB = 8 };
enum { NONE = 0xFF, RSP = 4 };

VECTOR __m512i all(int byte) { return _mm512_set1_epi8((char)byte); }
VECTOR uint64_t is(__m512i v, int byte) { return _mm512_cmpeq_epi8_mask(v, all(byte)); }
VECTOR uint64_t has(__m512i v, int bit) { return _mm512_test_epi8_mask(v, all(bit)); }
VECTOR uint64_t high(__m512i v) { return _mm512_movepi8_mask(v); }
VECTOR __m512i plus(__m512i v, uint64_t where, int n) {
  return _mm512_mask_add_epi8(v, where, v, all(n));
}
VECTOR __m512i bits(__m512i v, int mask) { return _mm512_and_si512(v, all(mask)); }
/// `v` and, of what `more` has, bit 3.
VECTOR __m512i eight(__m512i v, __m512i more) {
  return _mm512_ternarylogic_epi64(v, more, all(8), 0xF8);
}
VECTOR __m512i part(const uint8_t *tables, int offset) { return _mm512_load_si512(tables + offset); }
/// Sixteen bytes, by the low half of each byte of `index`.
VECTOR __m512i small(const uint8_t table[16], __m512i index) {
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)table)), index);
}
/// A table of 128 bytes.
VECTOR __m512i look(const uint8_t *tables, int offset, __m512i index) {
  return _mm512_permutex2var_epi8(part(tables, offset), index, part(tables, offset + 64));
}

static const uint8_t iotaBytes[64] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/// RULES.md 7: rsp, rbp (the number of rip, too) and r15 may be the base of a memory operand.
static const uint8_t badBases[16] __attribute__((aligned(16))) = {
    0x80, 0x80, 0x80, 0x80, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0};
/// RULES.md 6 and 8: nor may they be written.
static const uint8_t reservedTargets[16] __attribute__((aligned(16))) = {
    0, 0, 0, 0, 0x80, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80};

/// What the instruction would be that starts at each byte.
struct lanes {
  __m512i length;
  /// The register that the next instruction may use as an index; NONE.
  __m512i gives;
  /// The register that must come from the instruction before; NONE.
  __m512i takes;
  __m512i needs;
  uint64_t unknown, noTarget, jumps8, jumps32, is0F, indirect;
};

/// The paddings with 66 in front (RULES.md 11): 66 90, 66 and a nop of five or eight bytes, one to six
/// 66 with 2E and a nop of eight. Corrects `length` there and answers where.
VECTOR uint64_t paddings(__m512i text, uint64_t is66, __m512i *length) {
  uint64_t zero = is(text, 0), zero2 = zero & zero >> 1, zero5 = zero2 & zero2 >> 2 & zero >> 4;
  uint64_t nop = is(text, 0x0F) & is(text, 0x1F) >> 1;
  uint64_t nop5 = nop & is(text, 0x44) >> 2 & zero2 >> 3;
  uint64_t nop8 = nop & is(text, 0x84) >> 2 & zero5 >> 3;
  uint64_t two = is66 & is(text, 0x90) >> 1, six = is66 & nop5 >> 1, nine = is66 & nop8 >> 1;
  uint64_t found = two | six | nine, ones = nine, twos = two | six, fours = six, eights = nine;
  uint64_t more = is(text, 0x2E) & nop8 >> 1;
#pragma clang loop unroll(full)
  for (int count = 10; count <= 15; count++) {
    more = is66 & more >> 1;
    found |= more, eights |= more;
    if (count & 1) ones |= more;
    if (count & 2) twos |= more;
    if (count & 4) fours |= more;
  }
  __m512i l = _mm512_mask_mov_epi8(*length, found, _mm512_maskz_mov_epi8(ones, all(1)));
  l = plus(plus(plus(l, twos, 2), fours, 4), eights, 8);
  *length = l;
  return found;
}

VECTOR struct lanes decode(const uint8_t *tables, const uint8_t *here) {
  struct lanes it;
  __m512i iota = part(iotaBytes, 0);
  __m512i text = _mm512_loadu_si512(here);

  // At most one of 66, F2, F3; then REX; then 0F. `at` is where the opcode stands.
  uint64_t is66 = is(text, 0x66), isF2 = is(text, 0xF2), isF3 = is(text, 0xF3);
  uint64_t prefixed = is66 | isF2 | isF3;
  __m512i at = plus(iota, prefixed, 1);
  __m512i byte = _mm512_permutexvar_epi8(at, text);
  uint64_t isREX = is(bits(byte, 0xF0), 0x40);
  __m512i rex = _mm512_maskz_mov_epi8(isREX, byte);
  at = plus(at, isREX, 1);
  uint64_t is0F = is(_mm512_permutexvar_epi8(at, text), 0x0F);
  at = plus(at, is0F, 1);
  __m512i opcode = _mm512_permutexvar_epi8(at, text);
  __m512i modrm = _mm512_permutexvar_epi8(plus(at, ~0ull, 1), text);
  __m512i sib = _mm512_permutexvar_epi8(plus(at, ~0ull, 2), text);

  // The form: one table of 256 bytes for each of six kinds of prefix and opcode map.
  uint64_t upper = high(opcode);
  const uint64_t kinds[6] = {~prefixed & ~is0F, is66 & ~is0F, ~prefixed & is0F,
                             is66 & is0F,       isF3 & is0F,  isF2 & is0F};
  __m512i form = _mm512_maskz_mov_epi8(~((isF2 | isF3) & ~is0F), opcode);
#pragma clang loop unroll(full)
  for (int k = 0; k < 6; k++) {
    int table = FORMS + k * 256;
    form = _mm512_mask2_permutex2var_epi8(
        part(tables, table), form, kinds[k] & ~upper, part(tables, table + 64));
    form = _mm512_mask2_permutex2var_epi8(
        part(tables, table + 128), form, kinds[k] & upper, part(tables, table + 192));
  }
  __m512i upper5 = _mm512_srli_epi16(modrm, 3), reg = bits(upper5, 7);
  __m512i number = _mm512_or_si512(bits(form, 0x78), reg);
  __m512i member = _mm512_mask_mov_epi8(
      look(tables, GROUPS, number), has(form, 1), look(tables, GROUPS + 128, number));
  form = _mm512_mask_mov_epi8(form, high(form), member);
  __m512i layout = look(tables, LAYOUT, form), writes = look(tables, WRITES, form);
  it.needs = look(tables, NEEDS, form);

  // Operands and length.
  __m512i shape = _mm512_maskz_permutexvar_epi8(
      has(layout, MODRM), _mm512_or_si512(bits(upper5, 0x18), bits(modrm, 7)), part(tables, SHAPES));
  uint64_t hasSIB = has(shape, HAS_SIB);
  uint64_t noBase = high(shape) & is(bits(sib, 7), 5);
  __m512i length = _mm512_sub_epi8(plus(at, ~0ull, 1), iota);
  length = _mm512_add_epi8(length, bits(layout, 7));
  length = plus(_mm512_add_epi8(length, bits(shape, 7)), noBase, 4);
  __m512i both = _mm512_and_si512(layout, shape);
  uint64_t unknown = ~high(layout) | has(both, NO_REGISTER | NO_MEMORY) |
                     _mm512_test_epi8_mask(it.needs, bits(rex, NO_W | NO_REX));

  // RULES.md 7. With REX.B, rip is left to the caller.
  uint64_t accesses = has(both, ACCESS);
  __m512i extendB = _mm512_slli_epi16(rex, 3);
  __m512i base = eight(bits(_mm512_mask_mov_epi8(modrm, hasSIB, sib), 7), extendB);
  unknown |= accesses & (noBase | high(small(badBases, base)));
  __m512i index = eight(bits(_mm512_srli_epi16(sib, 3), 7), _mm512_slli_epi16(rex, 2));
  uint64_t usesIndex = accesses & hasSIB & ~is(index, RSP);

  // RULES.md 6 and 8. Of the pairs only `lea (%rsp,%r15,1),%rsp` is known here.
  __m512i target = _mm512_mask_mov_epi8(modrm, has(writes, OPCODE), opcode);
  target = eight(bits(target, 7), extendB);
  target = _mm512_mask_mov_epi8(target, has(writes, REG), eight(reg, _mm512_slli_epi16(rex, 1)));
  uint64_t writesMemory = has(_mm512_and_si512(writes, shape), RM);
  uint64_t writesRegister = has(writes, REG | RM | OPCODE) & ~writesMemory;
  target = _mm512_maskz_mov_epi8(writesRegister, target);
  uint64_t extends = has(writes, EXTENDS) & ~has(rex, 8) & ~writesMemory;
  uint64_t restores = is(rex, 0x4A) & is(opcode, 0x8D) & is(modrm, 0x24) & is(sib, 0x3C) &
                      ~prefixed & ~is0F;
  uint64_t opens = extends & is(target, RSP);
  uint64_t isHigh = has(writes, BYTE) & ~isREX;
  unknown |= high(small(reservedTargets, target)) & ~isHigh & ~opens & ~restores;

  uint64_t padding = paddings(text, is66, &length);
  unknown &= ~padding;
  extends &= ~padding;

  // RULES.md 1: room to the end of the bundle. There every restriction ends.
  __m512i room = _mm512_sub_epi8(all(32), bits(iota, 31));
  unknown |= _mm512_cmpgt_epu8_mask(length, room);
  uint64_t isLast = _mm512_cmpge_epu8_mask(length, room);
  unknown |= opens & isLast;
  it.length = length;
  it.gives = _mm512_mask_mov_epi8(all(NONE), extends & ~isLast, target);
  it.takes = _mm512_mask_mov_epi8(all(NONE), usesIndex, index);
  it.takes = _mm512_mask_mov_epi8(it.takes, restores, all(RSP));
  it.unknown = unknown;
  it.noTarget = usesIndex | restores;
  it.jumps8 = has(writes, JUMP8) & ~padding;
  it.jumps32 = has(writes, JUMP32) & ~padding;
  it.is0F = is0F;
  it.indirect = high(writes) & ~padding;
  return it;
}

/// The lengths of four bundles. Behind each are zeros, so that a walk that is through stays there: no
/// length is above 24.
struct walks {
  uint8_t lengths[4][64] __attribute__((aligned(64)));
  uint64_t starts[4];
};

VECTOR void keep(struct walks *walks, int bundle, __m512i lengths) {
  __m256i *here = (__m256i *)walks->lengths[bundle], *next = (__m256i *)walks->lengths[bundle + 1];
  _mm256_store_si256(here, _mm512_castsi512_si256(lengths));
  _mm256_store_si256(next, _mm512_extracti64x4_epi64(lengths, 1));
}

/// From instruction to instruction in four bundles at once, since each step waits for the one before.
VECTOR void walk(struct walks *w) {
  uint64_t a = 0, b = 0, c = 0, d = 0, sa = 0, sb = 0, sc = 0, sd = 0;
  do {
#pragma clang loop unroll(full)
    for (int step = 0; step < 4; step++) {
      sa |= 1ull << a, a += w->lengths[0][a];
      sb |= 1ull << b, b += w->lengths[1][b];
      sc |= 1ull << c, c += w->lengths[2][c];
      sd |= 1ull << d, d += w->lengths[3][d];
    }
  } while (!(a & b & c & d & 32));
  w->starts[0] = (uint32_t)sa, w->starts[1] = (uint32_t)sb;
  w->starts[2] = (uint32_t)sc, w->starts[3] = (uint32_t)sd;
}

/// Judges the instructions that really are there. Answers their features.
VECTOR __m512i judge(
    const struct lanes *it, uint64_t first, uint64_t second, struct zvm_block *block) {
  uint64_t starts = first | second << 32;
  // One lane an instruction; beside each what the one before gives.
  __m512i takes = _mm512_maskz_compress_epi8(starts, it->takes);
  __m512i gives = _mm512_maskz_compress_epi8(starts, it->gives);
  __m512i before = _mm512_sub_epi8(part(iotaBytes, 0), all(1));
  gives = _mm512_mask_permutexvar_epi8(all(NONE), ~1ull, before, gives);
  uint64_t matters = ~high(takes) | is(gives, RSP);
  uint64_t broken = _mm512_mask_cmpneq_epi8_mask(matters, takes, gives);
  uint64_t count = (uint64_t)__builtin_popcountll(first);
  broken = _bzhi_u64(broken, (unsigned)__builtin_popcountll(starts));
  uint64_t unknown = it->unknown & starts;
  bool firstUnknown = (uint32_t)unknown != 0 || _bzhi_u64(broken, (unsigned)count) != 0;
  bool secondUnknown = unknown >> 32 != 0 || broken >> count != 0;
  block->unknown = firstUnknown | secondUnknown << 1;
  uint64_t known = (firstUnknown ? 0 : 0xFFFFFFFFull) | (secondUnknown ? 0 : ~0xFFFFFFFFull);
  starts &= known;
  block->targets = starts & ~it->noTarget;
  block->jumps8 = starts & it->jumps8;
  uint64_t jumps32 = starts & it->jumps32;
  block->jumps32 = (jumps32 & ~it->is0F) | (jumps32 & it->is0F) << 1;
  block->indirect = starts & it->indirect;
  return _mm512_maskz_mov_epi8(starts, it->needs);
}

bool zvm_vector_is_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

__attribute__((TARGET)) uint8_t zvm_vector_check(
    const uint8_t *tables, const uint8_t *text, size_t pairs, struct zvm_block *blocks) {
  struct walks walks = {0};
  __m512i needs = _mm512_setzero_si512();
  for (size_t pair = 0; pair < pairs; pair++) {
    struct lanes first = decode(tables, text + pair * 128);
    struct lanes second = decode(tables, text + pair * 128 + 64);
    keep(&walks, 0, first.length);
    keep(&walks, 2, second.length);
    walk(&walks);
    struct zvm_block *block = blocks + pair * 2;
    __m512i seen = judge(&first, walks.starts[0], walks.starts[1], block);
    seen = _mm512_or_si512(seen, judge(&second, walks.starts[2], walks.starts[3], block + 1));
    needs = _mm512_or_si512(needs, seen);
  }
  uint8_t features = 0, lanes[64];
  _mm512_storeu_si512(lanes, needs);
  for (int lane = 0; lane < 64; lane++) features |= lanes[lane];
  return features & FEATURES;
}
