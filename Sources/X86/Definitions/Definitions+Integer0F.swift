// swift-format-ignore-file
extension InstructionSet {
  /// Integer instructions with two- and three-byte opcodes. The notation is explained in `Definition.swift`.
  static let integer0F: StaticString = """
    prefetch    | 0F 0D /0 mem    | M         | noaccess | 3dnowprefetch | nz-
    prefetchw   | 0F 0D /1 mem    | M         | noaccess | 3dnowprefetch | nz-
    prefetch    | 0F 0D /3 mem    | M         | noaccess | 3dnowprefetch | nz-
    prefetchnta | 0F 18 /0 mem    | M         | noaccess | sse           | nzp
    prefetcht0  | 0F 18 /1 mem    | M         | noaccess | sse           | nzp
    prefetcht1  | 0F 18 /2 mem    | M         | noaccess | sse           | nzp
    prefetcht2  | 0F 18 /3 mem    | M         | noaccess | sse           | nzp
    # 0F 1F with 66 in front: only the encodings that assemblers pad with, see `Padding`.
    ud2         | 0F 0B           |           | norex    | base          | nzp
    nop         | 0F 1F /0        | Ed        | noaccess | base          | nzp
    rdtsc       | 0F 31           |           |          | tsc           | n--
    cmovo       | 0F 40           | >Gv Ev    |          | cmov          | nzp
    cmovno      | 0F 41           | >Gv Ev    |          | cmov          | nzp
    cmovb       | 0F 42           | >Gv Ev    |          | cmov          | nzp
    cmovae      | 0F 43           | >Gv Ev    |          | cmov          | nzp
    cmove       | 0F 44           | >Gv Ev    |          | cmov          | nzp
    cmovne      | 0F 45           | >Gv Ev    |          | cmov          | nzp
    cmovbe      | 0F 46           | >Gv Ev    |          | cmov          | nzp
    cmova       | 0F 47           | >Gv Ev    |          | cmov          | nzp
    cmovs       | 0F 48           | >Gv Ev    |          | cmov          | nzp
    cmovns      | 0F 49           | >Gv Ev    |          | cmov          | nzp
    cmovp       | 0F 4A           | >Gv Ev    |          | cmov          | nzp
    cmovnp      | 0F 4B           | >Gv Ev    |          | cmov          | nzp
    cmovl       | 0F 4C           | >Gv Ev    |          | cmov          | nzp
    cmovge      | 0F 4D           | >Gv Ev    |          | cmov          | nzp
    cmovle      | 0F 4E           | >Gv Ev    |          | cmov          | nzp
    cmovg       | 0F 4F           | >Gv Ev    |          | cmov          | nzp
    jo          | 0F 80           | Jd        | hint     | base          | nzp
    jno         | 0F 81           | Jd        | hint     | base          | nzp
    jb          | 0F 82           | Jd        | hint     | base          | nzp
    jae         | 0F 83           | Jd        | hint     | base          | nzp
    je          | 0F 84           | Jd        | hint     | base          | nzp
    jne         | 0F 85           | Jd        | hint     | base          | nzp
    jbe         | 0F 86           | Jd        | hint     | base          | nzp
    ja          | 0F 87           | Jd        | hint     | base          | nzp
    js          | 0F 88           | Jd        | hint     | base          | nzp
    jns         | 0F 89           | Jd        | hint     | base          | nzp
    jp          | 0F 8A           | Jd        | hint     | base          | nzp
    jnp         | 0F 8B           | Jd        | hint     | base          | nzp
    jl          | 0F 8C           | Jd        | hint     | base          | nzp
    jge         | 0F 8D           | Jd        | hint     | base          | nzp
    jle         | 0F 8E           | Jd        | hint     | base          | nzp
    jg          | 0F 8F           | Jd        | hint     | base          | nzp
    seto        | 0F 90           | >Eb       |          | base          | nzp
    setno       | 0F 91           | >Eb       |          | base          | nzp
    setb        | 0F 92           | >Eb       |          | base          | nzp
    setae       | 0F 93           | >Eb       |          | base          | nzp
    sete        | 0F 94           | >Eb       |          | base          | nzp
    setne       | 0F 95           | >Eb       |          | base          | nzp
    setbe       | 0F 96           | >Eb       |          | base          | nzp
    seta        | 0F 97           | >Eb       |          | base          | nzp
    sets        | 0F 98           | >Eb       |          | base          | nzp
    setns       | 0F 99           | >Eb       |          | base          | nzp
    setp        | 0F 9A           | >Eb       |          | base          | nzp
    setnp       | 0F 9B           | >Eb       |          | base          | nzp
    setl        | 0F 9C           | >Eb       |          | base          | nzp
    setge       | 0F 9D           | >Eb       |          | base          | nzp
    setle       | 0F 9E           | >Eb       |          | base          | nzp
    setg        | 0F 9F           | >Eb       |          | base          | nzp
    cpuid       | 0F A2           |           |          | base          | n--
    # Bit tests with a register index reach memory beyond the operand: refused. With an immediate they do not.
    bt          | 0F BA /4        | Ev Ib     |          | base          | nzp
    bts         | 0F BA /5        | >Ev Ib    | lock     | base          | nzp
    btr         | 0F BA /6        | >Ev Ib    | lock     | base          | nzp
    btc         | 0F BA /7        | >Ev Ib    | lock     | base          | nzp
    shld        | 0F A4           | >Ev Gv Ib |          | base          | nzp
    shld        | 0F A5           | >Ev Gv    |          | base          | nzp
    shrd        | 0F AC           | >Ev Gv Ib |          | base          | nzp
    shrd        | 0F AD           | >Ev Gv    |          | base          | nzp
    imul        | 0F AF           | >Gv Ev    | zx       | base          | nzp
    cmpxchg     | 0F B0           | >Eb >Gb   | lock     | base          | nzp
    cmpxchg     | 0F B1           | >Ev >Gv   | lock     | base          | nzp
    movzb       | 0F B6           | >Gv Eb    | zx       | base          | nzp
    movzw       | 0F B7           | >Gv Ew    | zx       | base          | nzp
    movsb       | 0F BE           | >Gv Eb    | zx       | base          | nzp
    movsw       | 0F BF           | >Gv Ew    | zx       | base          | nzp
    # bsf and bsr may leave their destination unwritten; counts are not addresses: none of them counts as zero-extending.
    bsf         | 0F BC           | >Gv Ev    |          | base          | nzp
    bsr         | 0F BD           | >Gv Ev    |          | base          | nzp
    popcnt      | F3: 0F B8       | >Gy Ey    |          | popcnt        | nzp
    tzcnt       | F3: 0F BC       | >Gy Ey    |          | bmi1          | nzp
    lzcnt       | F3: 0F BD       | >Gy Ey    |          | abm           | nzp
    xadd        | 0F C0           | >Eb >Gb   | lock     | base          | nzp
    xadd        | 0F C1 reg       | >Ev >Gv   | zx       | base          | nzp
    xadd        | 0F C1 mem       | Ev >Gv    | lock     | base          | nzp
    cmpxchg8b   | 0F C7 /1 mem    | M         | noW lock | cx8           | nzp
    cmpxchg16b  | W1 0F C7 /1 mem | M         | lock     | cx16          | nzp
    movnti      | 0F C3 mem       | M Gy      |          | sse2          | nzp
    bswap       | 0F C8+r         | >Zy       |          | base          | nzp
    movbe       | 0F 38 F0 mem    | >Gv M     |          | movbe         | nzp
    movbe       | 0F 38 F1 mem    | M Gv      |          | movbe         | nzp
    crc32b      | F2: 0F 38 F0    | >Gy Eb    |          | sse4_2        | nzp
    crc32       | F2: 0F 38 F1    | >Gy Ey    |          | sse4_2        | nzp
    lfence      | 0F AE [E8]      |           |          | sse2          | nzp
    mfence      | 0F AE [F0]      |           |          | sse2          | nzp
    sfence      | 0F AE [F8]      |           |          | sse           | nzp
    ldmxcsr     | 0F AE /2 mem    | M         |          | sse           | nzp
    stmxcsr     | 0F AE /3 mem    | M         |          | sse           | nzp
    """
}
