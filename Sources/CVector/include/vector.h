// The part of the validator that Swift cannot express: AVX-512 permutations. See vector.c.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Pairs of blocks of 64 bytes that one call of `zvm_vector_check` looks at, at most.
enum { ZVM_MOST_PAIRS = 16 };

/// What `zvm_vector_check` says of some pairs of blocks.
struct zvm_found {
  uint32_t jumpCount, unknownCount;
  /// Direct jumps and calls. Bits 0…6: the end of the instruction in its block; bit 7: its last four
  /// bytes are the distance, instead of its last one; above: the block. A block has 32 at most; it may
  /// spill over 32 places behind the last one.
  uint16_t jumps[(2 * ZVM_MOST_PAIRS + 1) * 32];
  /// Bits 4…7: a pair of blocks. Bits 0…3: which of its bundles have something that the loop does not
  /// know; nothing else is said of these, and their targets are zero.
  uint8_t unknown[ZVM_MOST_PAIRS];
};

// Swift sees no arrays in structures.
static inline const uint16_t *zvm_jumps(const struct zvm_found *found) { return found->jumps; }
static inline const uint8_t *zvm_unknown(const struct zvm_found *found) { return found->unknown; }

/// The next number, for whoever of many threads asks.
static inline ptrdiff_t zvm_take(ptrdiff_t *next) {
  return __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);
}

/// Whether this processor has what `zvm_vector_check` needs: AVX-512 with VBMI and VBMI2, GFNI, BMI2.
bool zvm_vector_is_supported(void);

/// Checks `pairs` times 128 bytes at `text`, of which 6 more may be read; at most
/// ZVM_MOST_PAIRS. Writes four words a pair to `targets`: a bit where an instruction starts that may be
/// jumped to. `tables` has the layout of VectorTables.swift. Answers which optional features were seen, as
/// bits of `needs` there.
uint8_t zvm_vector_check(
    const uint8_t *tables, const uint8_t *text, size_t pairs, uint32_t *targets,
    struct zvm_found *found);
