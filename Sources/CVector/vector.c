// Two bundles at once: an instruction is decoded at every one of 64 bytes, as if one started there;
// then the lengths show where instructions do start, and only those count.
//
// Whatever is not plain is left to the caller as unknown, so that nothing has to be right here but what
// is let through. What an instruction takes from behind its bundle (lanes wrap around) makes it too
// long, and so unknown. A lane is a byte. Conditions stay in lanes as far as they can, as bits or as
// bytes of all ones: a look-up among sixteen (`small`) and a bit operation cost half of a comparison, and
// a mask that goes to the general registers costs four times as much.
#include "vector.h"
#include "wide.h"

// Offsets into the tables, as in VectorTables.swift.
enum { FORMS = 0, GROUPS = 1536, LAYOUT = 1792, WRITES = 1920, NEEDS = 2048, SHAPES = 2176, SIBS = 2240 };
// LAYOUT: bits 0…2 count immediate bytes; bit 3: four more with REX.W. Refused or accessed is what SHAPES
// has in the same bit. MODRM is a part of the index of SHAPES.
enum { LONG = 8, NO_REGISTER = 0x10, MODRM = 0x20, ACCESS = 0x40, NO_MEMORY = 0x80 };
// WRITES: bits 0…1 say what names the written register, as the index of `targets…` below. EXTENDS stands
// where a REX prefix has W.
enum { INDIRECT = 4, EXTENDS = 8, JUMP32 = 0x10, PADDING = 0x20, JUMP8 = 0x40, BYTE = 0x80 };
// NEEDS: the two bits that stand in a REX prefix where it has W and where all have a one; six features.
enum { NO_W = 8, NO_REX = 0x40, FEATURES = 0xB7 };
// SHAPES: bits 0…2 count ModRM, SIB and displacement; IS_MEMORY stands behind the two bits of WRITES.
enum { IS_MEMORY = 8 };
// SIBS: bits 0…2 are all set with a SIB byte, as is HAS_SIB; that one may be without base.
enum { MAY_LACK_BASE = 0x10, HAS_SIB = 0x40 };
// What an instruction gives to the next and takes from the one before: a register's number, that with
// MASKED or BASED, or one of these. Whatever has MUST must be taken.
enum { MUST = 0x10, PREFIX66 = 0x11, PREFIX2E = 0x12, RSP = 0x14, GIVES_NONE = 0x40, TAKES_NONE = 0x80 };
enum { MASKED = 0x20, BASED = 0x60 | MUST };
// Classes of bytes. The low four are an index for `small`, the high ones too when shifted down.
enum { IS66 = 1, ISF2 = 2, ISF3 = 4, IS2E = 8, IS0F = 0x10, ISREX = 0x20 };

static const uint8_t iotaBytes[64] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

// Classes by a byte's low half and by its high half; it has those that both have.
static const sixteen classesLow = {
    ISREX, ISREX, ISREX | ISF2, ISREX | ISF3, ISREX, ISREX, ISREX | IS66, ISREX,
    ISREX, ISREX, ISREX, ISREX, ISREX, ISREX, ISREX | IS2E, ISREX | IS0F};
static const sixteen classesHigh = {
    [0] = IS0F, [2] = IS2E, [4] = ISREX, [6] = IS66, [15] = ISF2 | ISF3};
// All ones by class.
static const sixteen only66 = {[IS66] = 0xFF};
static const sixteen only2E = {[IS2E] = 0xFF};
static const sixteen either66Or2E = {[IS66] = 0xFF, [IS2E] = 0xFF};
static const sixteen prefixes = {[IS66] = 0xFF, [ISF2] = 0xFF, [ISF3] = 0xFF};
static const sixteen onlyREX = {[ISREX >> 4] = 0xFF};
static const sixteen only0F = {[IS0F >> 4] = 0xFF};
/// All ones by the kind of prefix and, with 8, 0F: one line for each two tables of FORMS.
static const sixteen kinds[6] = {
    {[0] = 0xFF}, {[IS66] = 0xFF}, {[8] = 0xFF}, {[8 | IS66] = 0xFF}, {[8 | ISF3] = 0xFF},
    {[8 | ISF2] = 0xFF}};
static const sixteen ones = {255, 255, 255, 255, 255, 255, 255, 255,
                             255, 255, 255, 255, 255, 255, 255, 255};
static const sixteen onlyEight = {[8] = 0xFF};

/// RULES.md 7: rsp, rbp (the number of rip, too) and r15 may be the base of a memory operand.
static const sixteen badBases = {
    ACCESS, ACCESS, ACCESS, ACCESS, 0, 0, ACCESS, ACCESS,
    ACCESS, ACCESS, ACCESS, ACCESS, ACCESS, ACCESS, ACCESS, 0};
static const sixteen noBases = {[5] = MAY_LACK_BASE, [13] = MAY_LACK_BASE};
/// Any number but that of rsp means an index.
static const sixteen indexes = {
    ACCESS, ACCESS, ACCESS, ACCESS, 0, ACCESS, ACCESS, ACCESS,
    ACCESS, ACCESS, ACCESS, ACCESS, ACCESS, ACCESS, ACCESS, ACCESS};
/// RULES.md 6 and 8: nor may they be written.
static const sixteen reserved = {[4] = 0x80, [5] = 0x80, [15] = 0x80};
/// What a register that is zero-extended gives.
static const sixteen gifts = {0, 1, 2, 3, RSP, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
// By the low two bits of WRITES and IS_MEMORY: ModRM.reg, the opcode, ModRM.rm if that is no memory.
static const sixteen targetsReg = {[1] = 0xFF, [9] = 0xFF};
static const sixteen targetsOpcode = {[2] = 0xFF, [10] = 0xFF};
static const sixteen targetsNone = {[0] = 0xFF, [8] = 0xFF, [11] = 0xFF};

/// What the instruction would be that starts at each byte.
struct lanes {
  /// Where it ends, and where the next one starts; it itself where it is the last of its bundle.
  wide end, next;
  wide gives, takes;
  wide writes, needs;
  /// Any bit: unknown.
  wide unknown;
};

VECTOR struct lanes decode(const uint8_t *tables, const uint8_t *here) {
  struct lanes it;
  wide iota = twice(part(iotaBytes, 0));
  wide text = bytes(here), text2 = bytes(here + 2);

  // At most one of 66, F2, F3; then REX; then 0F. `place` is where the opcode stands. A 66 with another
  // or 2E behind it is taken for an instruction, and so is 2E: see `gives` below.
  wide class = both(small(classesLow, bits(text, 15)), small(classesHigh, bits(down(text, 4), 15)));
  wide nextClass = at(plus(iota, all(1)), class), lastClass = at(plus(iota, all(-1)), class);
  wide alone = both(small(only66, class), small(either66Or2E, nextClass));
  wide prefixed = without(small(prefixes, class), alone);
  wide place = minus(iota, prefixed);
  wide hasREX = small(onlyREX, bits(down(at(place, class), 4), 15));
  wide rex = both(at(place, text), hasREX);
  place = minus(place, hasREX);
  wide has0F = small(only0F, bits(down(at(place, class), 4), 15));
  place = minus(place, has0F);
  wide opcode = at(place, text), modrm = at(place, bytes(here + 1)), sib = at(place, text2);

  // The form: one table of 256 bytes for each of six kinds of prefix and opcode map.
  masks upper = high(opcode);
  wide kind = with(both(bits(class, 7), prefixed), has0F, 8);
  wide form = none();
#pragma clang loop unroll(full)
  for (int k = 0; k < 6; k++) {
    int table = FORMS + k * 256;
    wide found = replace(look(tables, table, opcode), upper, look(tables, table + 128, opcode));
    form = either(form, both(found, small(kinds[k], kind)));
  }
  wide upper5 = down(modrm, 3), reg = bits(upper5, 7);
  wide number = with(reg, form, 0x78);
  wide member = replace(
      look(tables, GROUPS, number), has(form, 1), look(tables, GROUPS + 128, number));
  form = choose(small(ones, form), form, member);
  wide layout = look(tables, LAYOUT, form), writes = look(tables, WRITES, form);
  it.needs = look(tables, NEEDS, form);

  // Operands and length.
  wide operand = choose(all(7), modrm, choose(all(0x18), upper5, layout));
  wide shape = at(operand, twice(part(tables, SHAPES))), sibs = at(operand, twice(part(tables, SIBS)));
  wide noBase = both(small(noBases, bits(sib, 7)), sibs);
  wide end = plus(plus(place, all(1)), plus(bits(layout, 7), bits(shape, 7)));
  end = plus(end, either(down(noBase, 2), down(bits(both(layout, rex), LONG), 1)));
  wide operands = both(layout, shape);
  wide unknown = either(
      bits(operands, NO_REGISTER | NO_MEMORY), bits(both(it.needs, rex), NO_W | NO_REX));

  // RULES.md 7. With REX.B, rip is left to the caller.
  wide extendB = up(rex, 3);
  wide base = with(bits(choose(sibs, sib, modrm), 7), extendB, 8);
  unknown = either(unknown, both(operands, either(small(badBases, base), up(noBase, 2))));
  wide index = with(bits(down(sib, 3), 7), up(rex, 2), 8);
  wide noIndex = differs(both(both(operands, sibs), small(indexes, index)), ACCESS);
  wide takes = either(index, plus(noIndex, noIndex));

  // RULES.md 6 and 8. Of the pairs only `lea (%rsp,%r15,1),%rsp` is known here.
  wide names = with(bits(writes, 3), shape, IS_MEMORY);
  wide isFree = small(targetsNone, names);
  wide target = with(bits(choose(small(targetsOpcode, names), opcode, modrm), 7), extendB, 8);
  target = choose(small(targetsReg, names), with(reg, up(rex, 1), 8), target);
  wide extends = bits(without(writes, either(rex, isFree)), EXTENDS);
  wide gives = choose(small(onlyEight, extends), small(gifts, target), all(GIVES_NONE));
  wide isHigh = without(writes, hasREX);
  // A restricted rsp is the next instruction's matter; that bit becomes the one of `reserved`.
  wide wrong = without(small(reserved, either(target, isFree)), either(isHigh, up(gives, 3)));
  wide notMap0 = either(prefixed, has0F);
  wide other = three(
      three(differs(rex, 0x4A), differs(opcode, 0x8D), differs(modrm, 0x24)),
      differs(sib, 0x3C), notMap0);
  masks restores = lacks(other);
  takes = replace(takes, restores, all(RSP));
  unknown = either(unknown, replace(wrong, restores, none()));

  // RULES.md 9: `and $-32,%eXX` gives a masked register, which only `add %r15,%rXX` may take; that gives a
  // based one, which only an indirect jump may take. Their other uses are left to the caller.
  wide notMask = either(
      three(differs(opcode, 0x83), differs(bits(modrm, 0xF8), 0xE0), differs(sib, 0xE0)), notMap0);
  wide notAdd = either(
      three(differs(opcode, 0x01), bits(differs(modrm, 0xFF), 0xF8), bits(differs(rex, 0xFF), 0x0C)),
      notMap0);
  gives = either(gives, only(lacks(notMask), all(MASKED)));
  masks adds = lacks(notAdd);
  takes = replace(takes, adds, either(target, all(MASKED)));
  gives = replace(gives, adds, either(target, all(BASED)));
  takes = replace(takes, has(writes, INDIRECT), either(base, all(BASED)));

  // The paddings with 66 in front (RULES.md 11): 66 and a nop of five or eight bytes, whose operands are
  // zeros; one to six 66, 2E and a nop of eight.
  wide two = either(text2, bytes(here + 3));
  wide five = either(three(two, bytes(here + 4), bytes(here + 5)), bytes(here + 6));
  wide notFive = either(differs(modrm, 0x44), at(place, two));
  wide notEight = either(differs(modrm, 0x84), at(place, five));
  masks isPadding = has(writes, PADDING);
  unknown = either(unknown, both(prefixed, only(isPadding, lesser(notFive, notEight))));
  wide is2E = small(only2E, class);
  notEight = three(notEight, either(prefixed, hasREX), differs(small(only2E, lastClass), 0xFF));
  takes = replace(takes, where(isPadding, lacks(notEight)), all(PREFIX2E));
  takes = choose(either(is2E, both(alone, small(only66, lastClass))), all(PREFIX66), takes);
  gives = choose(alone, all(PREFIX66), choose(is2E, all(PREFIX2E), gives));
  unknown = either(unknown, both(is2E, small(only66, at(plus(iota, all(-7)), class))));

  // RULES.md 1: no length is above 31, so that bit 5 tells when the end is in another bundle. What the
  // last instruction gives nobody can take.
  masks isLast = has(unlike(end, iota), 32);
  it.unknown = either(unknown, only(isLast, with(bits(end, 31), gives, MUST)));
  it.end = end;
  it.next = replace(end, isLast, iota);
  it.gives = gives;
  it.takes = takes;
  it.writes = writes;
  return it;
}

/// A bit for each of those lanes of `starts`, at the place that the lane has, when the eight words are
/// put together. No place twice.
///
/// Eight lanes make two matrices of bits, of the place's high and low three bits; their product has a
/// one wherever a lane has both.
VECTOR wide places(masks lanes, wide starts) {
  static const sixteen oneOf8 = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const __m512i identity = _mm512_set1_epi64(0x8040201008040201);
  const __m512i reversal = _mm512_set1_epi64(0x0102040810204080);
  wide columns = only(lanes, small(oneOf8, starts));
  wide rows = small(oneOf8, bits(down(starts, 3), 7));
  // An affine transformation of unit vectors turns its matrix over.
  rows = (wide){_mm512_gf2p8affine_epi64_epi8(identity, rows.a, 0),
                _mm512_gf2p8affine_epi64_epi8(identity, rows.b, 0)};
  columns = (wide){_mm512_gf2p8affine_epi64_epi8(reversal, columns.a, 0),
                   _mm512_gf2p8affine_epi64_epi8(reversal, columns.b, 0)};
  return (wide){_mm512_gf2p8affine_epi64_epi8(rows.a, columns.a, 0),
                _mm512_gf2p8affine_epi64_epi8(rows.b, columns.b, 0)};
}

/// Where the instructions of each bundle really start, in order, 32 lanes a bundle; behind the last
/// one's it again. The start after n instructions is found by the bits of n.
VECTOR wide walk(wide next) {
  wide next2 = at(next, next), next4 = at(next2, next2), next8 = at(next4, next4);
  wide starts = twice(_mm512_maskz_mov_epi8(0xFFFFFFFF00000000, all(32).a));
  starts = atSome(starts, 0xAAAAAAAAAAAAAAAA, starts, next);
  starts = atSome(starts, 0xCCCCCCCCCCCCCCCC, starts, next2);
  starts = atSome(starts, 0xF0F0F0F0F0F0F0F0, starts, next4);
  starts = atSome(starts, 0xFF00FF00FF00FF00, starts, next8);
  return atSome(starts, 0xFFFF0000FFFF0000, starts, at(next8, next8));
}

/// The bundles of a block that have something unknown, as two bits; `lanes` loses theirs.
VECTOR uint32_t leaveUnknown(__mmask64 *lanes, __m512i unknown) {
  uint64_t lanesUnknown = _mm512_test_epi8_mask(unknown, unknown);
  uint64_t first = (uint32_t)lanesUnknown == 0, second = lanesUnknown >> 32 == 0;
  *lanes &= (0 - first) >> 32 | (0 - second) << 32;
  return (uint32_t)(3 ^ (first | second << 1));
}

VECTOR void addJumps(struct zvm_found *found, uint32_t block, __mmask64 jumps, __m512i ends) {
  __m256i packed = _mm512_castsi512_si256(_mm512_maskz_compress_epi8(jumps, ends));
  _mm512_storeu_si512(
      found->jumps + found->jumpCount,
      _mm512_add_epi16(_mm512_cvtepu8_epi16(packed), _mm512_set1_epi16((short)(block << 8))));
  found->jumpCount += (uint32_t)__builtin_popcountll(jumps);
}

VECTOR void put(uint32_t *targets, __m512i product) {
  uint64_t may = (uint64_t)_mm512_reduce_or_epi64(product);
  targets[0] = (uint32_t)may, targets[1] = (uint32_t)(may >> 32);
}

/// Judges the instructions that really are there. Answers their features.
VECTOR __m512i judge(
    const struct lanes *it, uint32_t pair, uint32_t *targets, struct zvm_found *found) {
  const __mmask64 firsts = 0x100000001;
  wide starts = walk(it->next);
  wide before = at(plus(twice(part(iotaBytes, 0)), all(-1)), starts);
  before = replace(before, (masks){firsts, firsts}, all(0xFF));
  masks lanes = {_mm512_cmpneq_epi8_mask(before.a, starts.a),
                 _mm512_cmpneq_epi8_mask(before.b, starts.b)};
  wide takes = at(starts, it->takes);
  wide gives = atSome(all(GIVES_NONE), ~firsts, before, it->gives);
  wide writes = at(starts, it->writes), needs = at(starts, it->needs);

  // What takes nothing may follow anything but what must be taken.
  wide pairs = both(unlike(takes, gives), either(small(ones, takes), all(MUST)));
  wide unknown = either(only(lanes, pairs), at(starts, it->unknown));
  __m512i any = _mm512_or_si512(unknown.a, unknown.b);
  if (__builtin_expect(_mm512_test_epi8_mask(any, any) != 0, 0)) {
    uint32_t which = leaveUnknown(&lanes.a, unknown.a) | leaveUnknown(&lanes.b, unknown.b) << 2;
    needs = only(lanes, needs);
    found->unknown[found->unknownCount++] = (uint8_t)(pair << 4 | which);
  }
  wide may = places(where(lanes, high(takes)), starts);
  put(targets, may.a), put(targets + 2, may.b);

  masks jumps = where(lanes, has(writes, JUMP8 | JUMP32));
  wide ends = with(at(starts, it->end), up(writes, 3), 0x80);
  addJumps(found, 2 * pair, jumps.a, ends.a);
  addJumps(found, 2 * pair + 1, jumps.b, ends.b);
  return _mm512_or_si512(needs.a, needs.b);
}

bool zvm_vector_is_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
}

__attribute__((TARGET)) uint8_t zvm_vector_check(
    const uint8_t *tables, const uint8_t *text, size_t pairs, uint32_t *targets,
    struct zvm_found *found) {
  found->jumpCount = 0, found->unknownCount = 0;
  __m512i needs = _mm512_setzero_si512();
  for (size_t pair = 0; pair < pairs; pair++) {
    struct lanes lanes = decode(tables, text + pair * 128);
    needs = _mm512_or_si512(needs, judge(&lanes, (uint32_t)pair, targets + 4 * pair, found));
  }
  uint8_t features = 0, each[64];
  _mm512_storeu_si512(each, needs);
  for (int lane = 0; lane < 64; lane++) features |= each[lane];
  return features & FEATURES;
}
