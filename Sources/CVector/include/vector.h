// The part of the validator that Swift cannot express: AVX-512 permutations. See vector.c.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What `zvm_vector_check` says of two bundles, 64 bytes; bit n stands for byte n.
struct zvm_block {
  /// Where instructions start that may be jumped to.
  uint64_t targets;
  /// Opcodes of direct jumps and calls: with one byte of distance behind them, with four.
  uint64_t jumps8, jumps32;
  /// Indirect jumps and calls: whether they stand behind their mask is still to be seen.
  uint64_t indirect;
  /// Bit 0, bit 1: the first, the second bundle has something that this loop does not know; nothing
  /// else that is said of that bundle counts.
  uint64_t unknown;
};

/// The next number, for whoever of many threads asks.
static inline ptrdiff_t zvm_take(ptrdiff_t *next) {
  return __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);
}

/// Whether this processor has what `zvm_vector_check` needs: AVX-512 with VBMI and VBMI2, BMI2.
bool zvm_vector_is_supported(void);

/// Checks `pairs` times 128 bytes at `text`; fills in two blocks a pair. `tables` has the layout of
/// VectorTables.swift. Answers which optional features were seen, as bits of `needs` there.
uint8_t zvm_vector_check(
    const uint8_t *tables, const uint8_t *text, size_t pairs, struct zvm_block *blocks);
