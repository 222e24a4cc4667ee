// swift-format-ignore-file
extension InstructionSet {
  /// Integer instructions with one-byte opcodes. The notation is explained in `Definition.swift`.
  static let integer: StaticString = """
    # Arithmetic: >destination source
    add    | 00        | >Eb Gb    | lock                     | base    | nzp
    add    | 01        | >Ev Gv    | zx lock                  | base    | nzp
    add    | 02        | >Gb Eb    |                          | base    | nzp
    add    | 03        | >Gv Ev    | zx                       | base    | nzp
    add    | 04        | >Ab Ib    |                          | base    | nzp
    add    | 05        | >Av Iz    | zx                       | base    | nzp
    add    | 80 /0     | >Eb Ib    | lock                     | base    | nzp
    add    | 81 /0     | >Ev Iz    | zx lock                  | base    | nzp
    add    | 83 /0     | >Ev Ib    | zx lock                  | base    | nzp
    or     | 08        | >Eb Gb    | lock                     | base    | nzp
    or     | 09        | >Ev Gv    | zx lock                  | base    | nzp
    or     | 0A        | >Gb Eb    |                          | base    | nzp
    or     | 0B        | >Gv Ev    | zx                       | base    | nzp
    or     | 0C        | >Ab Ib    |                          | base    | nzp
    or     | 0D        | >Av Iz    | zx                       | base    | nzp
    or     | 80 /1     | >Eb Ib    | lock                     | base    | nzp
    or     | 81 /1     | >Ev Iz    | zx lock                  | base    | nzp
    or     | 83 /1     | >Ev Ib    | zx lock                  | base    | nzp
    adc    | 10        | >Eb Gb    | lock                     | base    | nzp
    adc    | 11        | >Ev Gv    | lock                     | base    | nzp
    adc    | 12        | >Gb Eb    |                          | base    | nzp
    adc    | 13        | >Gv Ev    |                          | base    | nzp
    adc    | 14        | >Ab Ib    |                          | base    | nzp
    adc    | 15        | >Av Iz    |                          | base    | nzp
    adc    | 80 /2     | >Eb Ib    | lock                     | base    | nzp
    adc    | 81 /2     | >Ev Iz    | lock                     | base    | nzp
    adc    | 83 /2     | >Ev Ib    | lock                     | base    | nzp
    sbb    | 18        | >Eb Gb    | lock                     | base    | nzp
    sbb    | 19        | >Ev Gv    | lock                     | base    | nzp
    sbb    | 1A        | >Gb Eb    |                          | base    | nzp
    sbb    | 1B        | >Gv Ev    |                          | base    | nzp
    sbb    | 1C        | >Ab Ib    |                          | base    | nzp
    sbb    | 1D        | >Av Iz    |                          | base    | nzp
    sbb    | 80 /3     | >Eb Ib    | lock                     | base    | nzp
    sbb    | 81 /3     | >Ev Iz    | lock                     | base    | nzp
    sbb    | 83 /3     | >Ev Ib    | lock                     | base    | nzp
    and    | 20        | >Eb Gb    | lock                     | base    | nzp
    and    | 21        | >Ev Gv    | zx lock                  | base    | nzp
    and    | 22        | >Gb Eb    |                          | base    | nzp
    and    | 23        | >Gv Ev    | zx                       | base    | nzp
    and    | 24        | >Ab Ib    |                          | base    | nzp
    and    | 25        | >Av Iz    | zx                       | base    | nzp
    and    | 80 /4     | >Eb Ib    | lock                     | base    | nzp
    and    | 81 /4     | >Ev Iz    | zx lock                  | base    | nzp
    and    | 83 /4     | >Ev Ib    | zx lock                  | base    | nzp
    sub    | 28        | >Eb Gb    | lock                     | base    | nzp
    sub    | 29        | >Ev Gv    | zx lock                  | base    | nzp
    sub    | 2A        | >Gb Eb    |                          | base    | nzp
    sub    | 2B        | >Gv Ev    | zx                       | base    | nzp
    sub    | 2C        | >Ab Ib    |                          | base    | nzp
    sub    | 2D        | >Av Iz    | zx                       | base    | nzp
    sub    | 80 /5     | >Eb Ib    | lock                     | base    | nzp
    sub    | 81 /5     | >Ev Iz    | zx lock                  | base    | nzp
    sub    | 83 /5     | >Ev Ib    | zx lock                  | base    | nzp
    xor    | 30        | >Eb Gb    | lock                     | base    | nzp
    xor    | 31        | >Ev Gv    | zx lock                  | base    | nzp
    xor    | 32        | >Gb Eb    |                          | base    | nzp
    xor    | 33        | >Gv Ev    | zx                       | base    | nzp
    xor    | 34        | >Ab Ib    |                          | base    | nzp
    xor    | 35        | >Av Iz    | zx                       | base    | nzp
    xor    | 80 /6     | >Eb Ib    | lock                     | base    | nzp
    xor    | 81 /6     | >Ev Iz    | zx lock                  | base    | nzp
    xor    | 83 /6     | >Ev Ib    | zx lock                  | base    | nzp
    cmp    | 38        | Eb Gb     |                          | base    | nzp
    cmp    | 39        | Ev Gv     |                          | base    | nzp
    cmp    | 3A        | Gb Eb     |                          | base    | nzp
    cmp    | 3B        | Gv Ev     |                          | base    | nzp
    cmp    | 3C        | Ab Ib     |                          | base    | nzp
    cmp    | 3D        | Av Iz     |                          | base    | nzp
    cmp    | 80 /7     | Eb Ib     |                          | base    | nzp
    cmp    | 81 /7     | Ev Iz     |                          | base    | nzp
    cmp    | 83 /7     | Ev Ib     |                          | base    | nzp
    # Stack. The operand is 64 bits wide whatever REX.W says; 66 makes it 16 bits, and then REX.W is refused.
    push   | 50+r      | Zq        |                          | base    | nzp
    push   | 66: 50+r  | Zw        | noW                      | base    | nzp
    pop    | 58+r      | >Zq       |                          | base    | nzp
    pop    | 66: 58+r  | >Zw       | noW                      | base    | nzp
    push   | 68        | Id        |                          | base    | nzp
    push   | 66: 68    | Iw        | noW                      | base    | nzp
    push   | 6A        | Ib        |                          | base    | nzp
    push   | FF /6     | Eq        |                          | base    | nzp
    push   | 66: FF /6 | Ew        | noW                      | base    | nzp
    pop    | 8F /0     | >Eq       |                          | base    | nzp
    pop    | 66: 8F /0 | >Ew       | noW                      | base    | nzp
    # Multiplication, division, tests, one-operand arithmetic. mul, div: rax and rdx are written, which is free.
    imul   | 69        | >Gv Ev Iz | zx                       | base    | nzp
    imul   | 6B        | >Gv Ev Ib | zx                       | base    | nzp
    test   | 84        | Eb Gb     |                          | base    | nzp
    test   | 85        | Ev Gv     |                          | base    | nzp
    test   | A8        | Ab Ib     |                          | base    | nzp
    test   | A9        | Av Iz     |                          | base    | nzp
    test   | F6 /0     | Eb Ib     |                          | base    | nzp
    not    | F6 /2     | >Eb       | lock                     | base    | nzp
    neg    | F6 /3     | >Eb       | lock                     | base    | nzp
    mul    | F6 /4     | Eb        |                          | base    | nzp
    imul   | F6 /5     | Eb        |                          | base    | nzp
    div    | F6 /6     | Eb        |                          | base    | nzp
    idiv   | F6 /7     | Eb        |                          | base    | nzp
    test   | F7 /0     | Ev Iz     |                          | base    | nzp
    not    | F7 /2     | >Ev       | zx lock                  | base    | nzp
    neg    | F7 /3     | >Ev       | zx lock                  | base    | nzp
    mul    | F7 /4     | Ev        |                          | base    | nzp
    imul   | F7 /5     | Ev        |                          | base    | nzp
    div    | F7 /6     | Ev        |                          | base    | nzp
    idiv   | F7 /7     | Ev        |                          | base    | nzp
    inc    | FE /0     | >Eb       | lock                     | base    | nzp
    dec    | FE /1     | >Eb       | lock                     | base    | nzp
    inc    | FF /0     | >Ev       | zx lock                  | base    | nzp
    dec    | FF /1     | >Ev       | zx lock                  | base    | nzp
    # Moves
    movslq | 63        | >Gv Ed    | zx                       | base    | nzp
    xchg   | 86 reg    | >Eb >Gb   |                          | base    | nzp
    xchg   | 86 mem    | Eb >Gb    | lock                     | base    | nzp
    xchg   | 87 reg    | >Ev >Gv   | zx                       | base    | nzp
    xchg   | 87 mem    | Ev >Gv    | lock                     | base    | nzp
    mov    | 88        | >Eb Gb    |                          | base    | nzp
    mov    | 89        | >Ev Gv    | zx                       | base    | nzp
    mov    | 8A        | >Gb Eb    |                          | base    | nzp
    mov    | 8B        | >Gv Ev    | zx                       | base    | nzp
    lea    | 8D mem    | >Gv M     | zx noaccess              | base    | nzp
    nop    | 90        |           | norex                    | base    | nzp
    # By its encoding an exchange with eax, by the processor a nop but for r8d, whatever else REX says.
    xchg   | 90        | >Zv       | zxB prefixed             | base    | nzp
    xchg   | 91        | >Zv       | zx                       | base    | nzp
    xchg   | 92        | >Zv       | zx                       | base    | nzp
    xchg   | 93        | >Zv       | zx                       | base    | nzp
    xchg   | 94        | >Zv       | zx                       | base    | nzp
    xchg   | 95        | >Zv       | zx                       | base    | nzp
    xchg   | 96        | >Zv       | zx                       | base    | nzp
    xchg   | 97        | >Zv       | zx                       | base    | nzp
    pause  | F3: 90    |           | norex                    | base    | nzp
    cwtl   | 98        |           | noW                      | base    | nzp
    cbtw   | 66: 98    |           | noW                      | base    | nzp
    cltq   | W1 98     |           |                          | base    | nzp
    cltd   | 99        |           | noW                      | base    | nzp
    cwtd   | 66: 99    |           | noW                      | base    | nzp
    cqto   | W1 99     |           |                          | base    | nzp
    sahf   | 9E        |           |                          | lahf_lm | nzp
    lahf   | 9F        |           |                          | lahf_lm | nzp
    mov    | B0+r      | >Zb Ib    |                          | base    | nzp
    mov    | B8+r      | >Zv Iv    | zx                       | base    | nzp
    mov    | C6 /0     | >Eb Ib    |                          | base    | nzp
    mov    | C7 /0     | >Ev Iz    | zx                       | base    | nzp
    # Rotates and shifts; /6 is an undocumented alias and refused
    rol    | C0 /0     | >Eb Ib    |                          | base    | nzp
    rol    | C1 /0     | >Ev Ib    |                          | base    | nzp
    rol    | D0 /0     | >Eb       |                          | base    | nzp
    rol    | D1 /0     | >Ev       |                          | base    | nzp
    rol    | D2 /0     | >Eb       |                          | base    | nzp
    rol    | D3 /0     | >Ev       |                          | base    | nzp
    ror    | C0 /1     | >Eb Ib    |                          | base    | nzp
    ror    | C1 /1     | >Ev Ib    |                          | base    | nzp
    ror    | D0 /1     | >Eb       |                          | base    | nzp
    ror    | D1 /1     | >Ev       |                          | base    | nzp
    ror    | D2 /1     | >Eb       |                          | base    | nzp
    ror    | D3 /1     | >Ev       |                          | base    | nzp
    rcl    | C0 /2     | >Eb Ib    |                          | base    | nzp
    rcl    | C1 /2     | >Ev Ib    |                          | base    | nzp
    rcl    | D0 /2     | >Eb       |                          | base    | nzp
    rcl    | D1 /2     | >Ev       |                          | base    | nzp
    rcl    | D2 /2     | >Eb       |                          | base    | nzp
    rcl    | D3 /2     | >Ev       |                          | base    | nzp
    rcr    | C0 /3     | >Eb Ib    |                          | base    | nzp
    rcr    | C1 /3     | >Ev Ib    |                          | base    | nzp
    rcr    | D0 /3     | >Eb       |                          | base    | nzp
    rcr    | D1 /3     | >Ev       |                          | base    | nzp
    rcr    | D2 /3     | >Eb       |                          | base    | nzp
    rcr    | D3 /3     | >Ev       |                          | base    | nzp
    shl    | C0 /4     | >Eb Ib    |                          | base    | nzp
    shl    | C1 /4     | >Ev Ib    |                          | base    | nzp
    shl    | D0 /4     | >Eb       |                          | base    | nzp
    shl    | D1 /4     | >Ev       |                          | base    | nzp
    shl    | D2 /4     | >Eb       |                          | base    | nzp
    shl    | D3 /4     | >Ev       |                          | base    | nzp
    shr    | C0 /5     | >Eb Ib    |                          | base    | nzp
    shr    | C1 /5     | >Ev Ib    |                          | base    | nzp
    shr    | D0 /5     | >Eb       |                          | base    | nzp
    shr    | D1 /5     | >Ev       |                          | base    | nzp
    shr    | D2 /5     | >Eb       |                          | base    | nzp
    shr    | D3 /5     | >Ev       |                          | base    | nzp
    sar    | C0 /7     | >Eb Ib    |                          | base    | nzp
    sar    | C1 /7     | >Ev Ib    |                          | base    | nzp
    sar    | D0 /7     | >Eb       |                          | base    | nzp
    sar    | D1 /7     | >Ev       |                          | base    | nzp
    sar    | D2 /7     | >Eb       |                          | base    | nzp
    sar    | D3 /7     | >Ev       |                          | base    | nzp
    # String instructions: only as the end of a superinstruction (RULES 10). rep and 66 exclude each other.
    movs   | A4        |           | rsi-rdi rep norex        | base    | nzp
    movs   | A5        |           | rsi-rdi rep rexOnlyW     | base    | nzp
    movs   | 66: A5    |           | rsi-rdi norex            | base    | nzp
    cmps   | A6        |           | rsi-rdi condrep norex    | base    | nzp
    cmps   | A7        |           | rsi-rdi condrep rexOnlyW | base    | nzp
    cmps   | 66: A7    |           | rsi-rdi norex            | base    | nzp
    stos   | AA        |           | rdi rep norex            | base    | nzp
    stos   | AB        |           | rdi rep rexOnlyW         | base    | nzp
    stos   | 66: AB    |           | rdi norex                | base    | nzp
    lods   | AC        |           | rsi rep norex            | base    | nzp
    lods   | AD        |           | rsi rep rexOnlyW         | base    | nzp
    lods   | 66: AD    |           | rsi norex                | base    | nzp
    scas   | AE        |           | rdi condrep norex        | base    | nzp
    scas   | AF        |           | rdi condrep rexOnlyW     | base    | nzp
    scas   | 66: AF    |           | rdi norex                | base    | nzp
    # Control flow. Indirect jumps and calls: only as the end of a superinstruction (RULES 9).
    jo     | 70        | Jb        | hint                     | base    | nzp
    jno    | 71        | Jb        | hint                     | base    | nzp
    jb     | 72        | Jb        | hint                     | base    | nzp
    jae    | 73        | Jb        | hint                     | base    | nzp
    je     | 74        | Jb        | hint                     | base    | nzp
    jne    | 75        | Jb        | hint                     | base    | nzp
    jbe    | 76        | Jb        | hint                     | base    | nzp
    ja     | 77        | Jb        | hint                     | base    | nzp
    js     | 78        | Jb        | hint                     | base    | nzp
    jns    | 79        | Jb        | hint                     | base    | nzp
    jp     | 7A        | Jb        | hint                     | base    | nzp
    jnp    | 7B        | Jb        | hint                     | base    | nzp
    jl     | 7C        | Jb        | hint                     | base    | nzp
    jge    | 7D        | Jb        | hint                     | base    | nzp
    jle    | 7E        | Jb        | hint                     | base    | nzp
    jg     | 7F        | Jb        | hint                     | base    | nzp
    loopne | E0        | Jb        |                          | base    | nzp
    loope  | E1        | Jb        |                          | base    | nzp
    loop   | E2        | Jb        |                          | base    | nzp
    jrcxz  | E3        | Jb        | hint                     | base    | nzp
    call   | E8        | Jd        | call                     | base    | nzp
    jmp    | E9        | Jd        |                          | base    | nzp
    jmp    | EB        | Jb        |                          | base    | nzp
    call   | FF /2 reg | Eq        | indirect call            | base    | nzp
    jmp    | FF /4 reg | Eq        | indirect                 | base    | nzp
    # Flags and traps
    fwait  | 9B        |           |                          | fpu     | nzp
    hlt    | F4        |           |                          | base    | nzp
    cmc    | F5        |           |                          | base    | nzp
    clc    | F8        |           |                          | base    | nzp
    stc    | F9        |           |                          | base    | nzp
    cld    | FC        |           |                          | base    | nzp
    std    | FD        |           |                          | base    | nzp
    """
}
