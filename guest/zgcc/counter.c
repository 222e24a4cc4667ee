/* What rdtsc and rdtscp show, the same in every run: the rewriter adds a thousand for each look in the instruction's
 * place (Rewriter+Instruction.swift), as the clocks move on by a microsecond. */
unsigned long long __zvm_counter;
