/// The instruction set that a guest may use: one readable table; everything else is derived.
///
/// A row is `MAP PREFIX | OPERANDS | OPCODES | ATTRIBUTES`.
///
/// - MAP: `1` one-byte opcodes, `0F`, `38` (0F 38), `3A` (0F 3A).
/// - PREFIX: `-` none; `66`, `F2`, `F3` mandatory, part of the opcode.
/// - OPERANDS: in Intel order. `=` marks what is written. Kinds: `E` general register or memory
///   (ModRM.rm), `G` general register (ModRM.reg), `Z` register in the opcode, `A` accumulator, `M`
///   memory only, `R` general register in ModRM.rm only, `V` vector register (ModRM.reg), `W` vector
///   register or memory, `U` vector register in ModRM.rm only, `P`, `Q`, `N` the same for MMX, `I`
///   immediate, `J` jump distance. Sizes: `b` 8, `w` 16, `d` 32, `q` 64, `v` 16/32/64 by 66 and
///   REX.W, `y` 32/64 by REX.W, `z` like v but at most 32, `x` vector.
/// - OPCODES: `58:addps`, with `/n` for ModRM.reg as part of the opcode, `+r` for eight opcodes.
/// - ATTRIBUTES: `z` a 32-bit write of the first operand zero-extends and restricts the register
///   (RULES.md 6); `L` lock is allowed on a memory destination; `m` the memory operand is not
///   accessed; `v` operand size prefixes without a sized operand; `w` REX.W is allowed and changes
///   nothing that matters here; `src`, `dst` string instruction through rsi, rdi; `rep`, `repne`
///   allowed repeats; `clock` depends on time or machine: profile `nacl` only.
///
/// tzcnt and lzcnt have no `z`: older CPUs run them as bsf and bsr, which leave the destination as it
/// was for a zero source, all 64 bits of it.
///
/// What is not in this table does not exist: the decoder refuses it. Sources: Intel SDM volume 2,
/// opcode maps; RULES.md for what is left out on purpose.
enum InstructionTable {
  static let text = """
    1 -  | =Eb Gb | 00:add 08:or 10:adc 18:sbb 20:and 28:sub 30:xor | L
    1 -  | =Ev Gv | 01:add 09:or 11:adc 19:sbb 21:and 29:sub 31:xor | L z
    1 -  | =Gb Eb | 02:add 0A:or 12:adc 1A:sbb 22:and 2A:sub 32:xor |
    1 -  | =Gv Ev | 03:add 0B:or 13:adc 1B:sbb 23:and 2B:sub 33:xor | z
    1 -  | =Ab Ib | 04:add 0C:or 14:adc 1C:sbb 24:and 2C:sub 34:xor |
    1 -  | =Av Iz | 05:add 0D:or 15:adc 1D:sbb 25:and 2D:sub 35:xor | z
    1 -  | Eb Gb  | 38:cmp 84:test |
    1 -  | Ev Gv  | 39:cmp 85:test |
    1 -  | Gb Eb  | 3A:cmp |
    1 -  | Gv Ev  | 3B:cmp |
    1 -  | Ab Ib  | 3C:cmp A8:test |
    1 -  | Av Iz  | 3D:cmp A9:test |
    1 -  | Zq     | 50+r:push | w
    1 -  | =Zq    | 58+r:pop | w
    1 -  | =Gv Ed | 63:movslq | z
    1 -  | Iz     | 68:push | v
    1 -  | =Gv Ev Iz | 69:imul | z
    1 -  | Ib     | 6A:push | w
    1 -  | =Gv Ev Ib | 6B:imul | z
    1 -  | Jb     | 70:jo 71:jno 72:jb 73:jae 74:je 75:jne 76:jbe 77:ja |
    1 -  | Jb     | 78:js 79:jns 7A:jp 7B:jnp 7C:jl 7D:jge 7E:jle 7F:jg |
    1 -  | Jb     | E0:loopne E1:loope E2:loop E3:jrcxz EB:jmp |
    1 -  | Jz     | E8:call E9:jmp |
    1 -  | =Eb Ib | 80/0:add 80/1:or 80/2:adc 80/3:sbb 80/4:and 80/5:sub 80/6:xor | L
    1 -  | Eb Ib  | 80/7:cmp F6/0:test |
    1 -  | =Ev Iz | 81/0:add 81/1:or 81/2:adc 81/3:sbb 81/4:and 81/5:sub 81/6:xor | L z
    1 -  | Ev Iz  | 81/7:cmp F7/0:test |
    1 -  | =Ev Ib | 83/0:add 83/1:or 83/2:adc 83/3:sbb 83/4:and 83/5:sub 83/6:xor | L z
    1 -  | Ev Ib  | 83/7:cmp |
    1 -  | =Eb =Gb | 86:xchg | L
    1 -  | =Ev =Gv | 87:xchg | L z
    1 -  | =Eb Gb | 88:mov |
    1 -  | =Ev Gv | 89:mov | z
    1 -  | =Gb Eb | 8A:mov |
    1 -  | =Gv Ev | 8B:mov | z
    1 -  | =Gv M  | 8D:lea | z m
    1 -  | =Eq    | 8F/0:pop | w
    1 -  | =Zv =Av | 91:xchg 92:xchg 93:xchg 94:xchg 95:xchg 96:xchg 97:xchg |
    1 -  |        | 98:cltq 99:cqto | v
    1 -  |        | 9B:fwait 9C:pushf 9E:sahf 9F:lahf |
    1 -  |        | F4:hlt F5:cmc F8:clc F9:stc FC:cld FD:std |
    1 -  |        | A4:movsb | src dst rep
    1 -  |        | A5:movs | src dst rep v
    1 -  |        | A6:cmpsb | src dst rep repne
    1 -  |        | A7:cmps | src dst rep repne v
    1 -  |        | AA:stosb | dst rep
    1 -  |        | AB:stos | dst rep v
    1 -  |        | AC:lodsb | src rep
    1 -  |        | AD:lods | src rep v
    1 -  |        | AE:scasb | dst rep repne
    1 -  |        | AF:scas | dst rep repne v
    1 -  | =Zb Ib | B0+r:mov |
    1 -  | =Zv Iv | B8+r:mov | z
    1 -  | =Eb Ib | C0/0:rol C0/1:ror C0/2:rcl C0/3:rcr C0/4:shl C0/5:shr C0/7:sar |
    1 -  | =Ev Ib | C1/0:rol C1/1:ror C1/2:rcl C1/3:rcr C1/4:shl C1/5:shr C1/7:sar |
    1 -  | =Eb    | D0/0:rol D0/1:ror D0/2:rcl D0/3:rcr D0/4:shl D0/5:shr D0/7:sar |
    1 -  | =Ev    | D1/0:rol D1/1:ror D1/2:rcl D1/3:rcr D1/4:shl D1/5:shr D1/7:sar |
    1 -  | =Eb    | D2/0:rol D2/1:ror D2/2:rcl D2/3:rcr D2/4:shl D2/5:shr D2/7:sar |
    1 -  | =Ev    | D3/0:rol D3/1:ror D3/2:rcl D3/3:rcr D3/4:shl D3/5:shr D3/7:sar |
    1 -  | =Eb Ib | C6/0:mov |
    1 -  | =Ev Iz | C7/0:mov | z
    1 -  | =Eb    | F6/2:not F6/3:neg FE/0:inc FE/1:dec | L
    1 -  | =Ev    | F7/2:not F7/3:neg FF/0:inc FF/1:dec | L z
    1 -  | Eb     | F6/4:mul F6/5:imul F6/6:div F6/7:idiv |
    1 -  | Ev     | F7/4:mul F7/5:imul F7/6:div F7/7:idiv |
    1 -  | Eq     | FF/6:push | w
    0F - | =Gv Ev | 40:cmovo 41:cmovno 42:cmovb 43:cmovae 44:cmove 45:cmovne 46:cmovbe |
    0F - | =Gv Ev | 47:cmova 48:cmovs 49:cmovns 4A:cmovp 4B:cmovnp 4C:cmovl 4D:cmovge |
    0F - | =Gv Ev | 4E:cmovle 4F:cmovg |
    0F - | =Gv Ev | AF:imul | z
    0F - | Jz     | 80:jo 81:jno 82:jb 83:jae 84:je 85:jne 86:jbe 87:ja |
    0F - | Jz     | 88:js 89:jns 8A:jp 8B:jnp 8C:jl 8D:jge 8E:jle 8F:jg |
    0F - | =Eb    | 90:seto 91:setno 92:setb 93:setae 94:sete 95:setne 96:setbe 97:seta |
    0F - | =Eb    | 98:sets 99:setns 9A:setp 9B:setnp 9C:setl 9D:setge 9E:setle 9F:setg |
    0F - |        | A2:cpuid 31:rdtsc | clock
    0F - | =Ev Gv Ib | A4:shld AC:shrd |
    0F - | =Ev Gv | A5:shld AD:shrd |
    0F - | Ev Ib  | BA/4:bt |
    0F - | =Ev Ib | BA/5:bts BA/6:btr BA/7:btc | L
    0F - | =Eb Gb | B0:cmpxchg | L
    0F - | =Ev Gv | B1:cmpxchg | L
    0F - | =Gv Eb | B6:movzb BE:movsb | z
    0F - | =Gv Ew | B7:movzw BF:movsw | z
    0F - | =Gv Ev | BC:bsf BD:bsr |
    0F F3 | =Gv Ev | B8:popcnt | z
    0F F3 | =Gv Ev | BC:tzcnt BD:lzcnt |
    0F - | =Eb =Gb | C0:xadd | L
    0F - | =Ev =Gv | C1:xadd | L
    0F - | =My Gy | C3:movnti |
    0F - | =M     | C7/1:cmpxchg8b | L w
    0F - | =Zy    | C8+r:bswap | z
    0F - | M      | 18/0:prefetchnta 18/1:prefetcht0 18/2:prefetcht1 18/3:prefetcht2 | m
    0F - | M      | 0D/0:prefetch 0D/1:prefetchw | m
    0F - | Md     | AE/2:ldmxcsr |
    0F - | =Md    | AE/3:stmxcsr |
    0F - | =Vx Wx | 14:unpcklps 15:unpckhps 28:movaps 10:movups 51:sqrtps 52:rsqrtps 53:rcpps |
    0F - | =Vx Wx | 54:andps 55:andnps 56:orps 57:xorps 58:addps 59:mulps 5A:cvtps2pd |
    0F - | =Vx Wx | 5B:cvtdq2ps 5C:subps 5D:minps 5E:divps 5F:maxps |
    0F - | Vx Wx  | 2E:ucomiss 2F:comiss |
    0F - | =Wx Vx | 11:movups 29:movaps |
    0F - | =Vx Wx | 12:movlps 16:movhps |
    0F - | =M Vx  | 13:movlps 17:movhps 2B:movntps |
    0F - | =Gd Ux | 50:movmskps | z
    0F - | =Vx Wx Ib | C2:cmpps C6:shufps |
    0F 66 | =Vx Wx | 10:movupd 14:unpcklpd 15:unpckhpd 28:movapd 51:sqrtpd 54:andpd 55:andnpd |
    0F 66 | =Vx Wx | 56:orpd 57:xorpd 58:addpd 59:mulpd 5A:cvtpd2ps 5B:cvtps2dq 5C:subpd |
    0F 66 | =Vx Wx | 5D:minpd 5E:divpd 5F:maxpd 60:punpcklbw 61:punpcklwd 62:punpckldq |
    0F 66 | =Vx Wx | 63:packsswb 64:pcmpgtb 65:pcmpgtw 66:pcmpgtd 67:packuswb 68:punpckhbw |
    0F 66 | =Vx Wx | 69:punpckhwd 6A:punpckhdq 6B:packssdw 6C:punpcklqdq 6D:punpckhqdq |
    0F 66 | =Vx Wx | 6F:movdqa 74:pcmpeqb 75:pcmpeqw 76:pcmpeqd 7C:haddpd 7D:hsubpd D0:addsubpd |
    0F 66 | =Vx Wx | D1:psrlw D2:psrld D3:psrlq D4:paddq D5:pmullw D8:psubusb D9:psubusw |
    0F 66 | =Vx Wx | DA:pminub DB:pand DC:paddusb DD:paddusw DE:pmaxub DF:pandn E0:pavgb |
    0F 66 | =Vx Wx | E1:psraw E2:psrad E3:pavgw E4:pmulhuw E5:pmulhw E6:cvttpd2dq E8:psubsb |
    0F 66 | =Vx Wx | E9:psubsw EA:pminsw EB:por EC:paddsb ED:paddsw EE:pmaxsw EF:pxor F1:psllw |
    0F 66 | =Vx Wx | F2:pslld F3:psllq F4:pmuludq F5:pmaddwd F6:psadbw F8:psubb F9:psubw |
    0F 66 | =Vx Wx | FA:psubd FB:psubq FC:paddb FD:paddw FE:paddd |
    0F 66 | Vx Wx  | 2E:ucomisd 2F:comisd |
    0F 66 | =Wx Vx | 11:movupd 29:movapd 7F:movdqa D6:movq |
    0F 66 | =Vx M  | 12:movlpd 16:movhpd |
    0F 66 | =M Vx  | 13:movlpd 17:movhpd 2B:movntpd E7:movntdq |
    0F 66 | =Gd Ux | 50:movmskpd D7:pmovmskb | z
    0F 66 | =Vx Ey | 6E:movd |
    0F 66 | =Ey Vx | 7E:movd | z
    0F 66 | =Vx Wx Ib | 70:pshufd C2:cmppd C6:shufpd |
    0F 66 | =Ux Ib | 71/2:psrlw 71/4:psraw 71/6:psllw 72/2:psrld 72/4:psrad 72/6:pslld |
    0F 66 | =Ux Ib | 73/2:psrlq 73/3:psrldq 73/6:psllq 73/7:pslldq |
    0F 66 | =Vx Ew Ib | C4:pinsrw |
    0F 66 | =Gd Ux Ib | C5:pextrw | z
    0F F3 | =Vx Wx | 10:movss 12:movsldup 16:movshdup 51:sqrtss 52:rsqrtss 53:rcpss 58:addss |
    0F F3 | =Vx Wx | 59:mulss 5A:cvtss2sd 5B:cvttps2dq 5C:subss 5D:minss 5E:divss 5F:maxss |
    0F F3 | =Vx Wx | 6F:movdqu 7E:movq E6:cvtdq2pd |
    0F F3 | =Wx Vx | 11:movss 7F:movdqu |
    0F F3 | =Vx Ey | 2A:cvtsi2ss |
    0F F3 | =Gy Wx | 2C:cvttss2si 2D:cvtss2si | z
    0F F3 | =Vx Wx Ib | 70:pshufhw C2:cmpss |
    0F F2 | =Vx Wx | 10:movsd 12:movddup 51:sqrtsd 58:addsd 59:mulsd 5A:cvtsd2ss 5C:subsd |
    0F F2 | =Vx Wx | 5D:minsd 5E:divsd 5F:maxsd 7C:haddps 7D:hsubps D0:addsubps E6:cvtpd2dq |
    0F F2 | =Vx M  | F0:lddqu |
    0F F2 | =Wx Vx | 11:movsd |
    0F F2 | =Vx Ey | 2A:cvtsi2sd |
    0F F2 | =Gy Wx | 2C:cvttsd2si 2D:cvtsd2si | z
    0F F2 | =Vx Wx Ib | 70:pshuflw C2:cmpsd |
    0F F2 | =Pq Ux | D6:movdq2q |
    0F F3 | =Vx Nq | D6:movq2dq |
    0F - | =Pq Qq | 60:punpcklbw 61:punpcklwd 62:punpckldq 63:packsswb 64:pcmpgtb 65:pcmpgtw |
    0F - | =Pq Qq | 66:pcmpgtd 67:packuswb 68:punpckhbw 69:punpckhwd 6A:punpckhdq 6B:packssdw |
    0F - | =Pq Qq | 6F:movq 74:pcmpeqb 75:pcmpeqw 76:pcmpeqd D1:psrlw D2:psrld D3:psrlq D4:paddq |
    0F - | =Pq Qq | D5:pmullw D8:psubusb D9:psubusw DA:pminub DB:pand DC:paddusb DD:paddusw |
    0F - | =Pq Qq | DE:pmaxub DF:pandn E0:pavgb E1:psraw E2:psrad E3:pavgw E4:pmulhuw E5:pmulhw |
    0F - | =Pq Qq | E8:psubsb E9:psubsw EA:pminsw EB:por EC:paddsb ED:paddsw EE:pmaxsw EF:pxor |
    0F - | =Pq Qq | F1:psllw F2:pslld F3:psllq F4:pmuludq F5:pmaddwd F6:psadbw F8:psubb F9:psubw |
    0F - | =Pq Qq | FA:psubd FB:psubq FC:paddb FD:paddw FE:paddd |
    0F - | =Qq Pq | 7F:movq |
    0F - | =M Pq  | E7:movntq |
    0F - | =Pq Ey | 6E:movd |
    0F - | =Ey Pq | 7E:movd | z
    0F - | =Nq Ib | 71/2:psrlw 71/4:psraw 71/6:psllw 72/2:psrld 72/4:psrad 72/6:pslld |
    0F - | =Nq Ib | 73/2:psrlq 73/6:psllq |
    0F - | =Pq Qq Ib | 70:pshufw |
    0F - | =Gd Nq | D7:pmovmskb | z
    0F - | =Pq Wx | 2C:cvttps2pi 2D:cvtps2pi |
    0F 66 | =Pq Wx | 2C:cvttpd2pi 2D:cvtpd2pi |
    0F - | =Vx Qq | 2A:cvtpi2ps |
    0F 66 | =Vx Qq | 2A:cvtpi2pd |
    0F - | Pq Nq  | F7:maskmovq | dst
    0F 66 | Vx Ux  | F7:maskmovdqu | dst
    0F F2 | =M Vx  | 2B:movntsd |
    0F F3 | =M Vx  | 2B:movntss |
    0F - |        | 77:emms |
    38 66 | =Vx Wx | 00:pshufb 01:phaddw 02:phaddd 03:phaddsw 04:pmaddubsw 05:phsubw 06:phsubd |
    38 66 | =Vx Wx | 07:phsubsw 08:psignb 09:psignw 0A:psignd 0B:pmulhrsw 10:pblendvb |
    38 66 | =Vx Wx | 14:blendvps 15:blendvpd 1C:pabsb 1D:pabsw 1E:pabsd 20:pmovsxbw 21:pmovsxbd |
    38 66 | =Vx Wx | 22:pmovsxbq 23:pmovsxwd 24:pmovsxwq 25:pmovsxdq 28:pmuldq 29:pcmpeqq |
    38 66 | =Vx Wx | 2B:packusdw 30:pmovzxbw 31:pmovzxbd 32:pmovzxbq 33:pmovzxwd 34:pmovzxwq |
    38 66 | =Vx Wx | 35:pmovzxdq 37:pcmpgtq 38:pminsb 39:pminsd 3A:pminuw 3B:pminud 3C:pmaxsb |
    38 66 | =Vx Wx | 3D:pmaxsd 3E:pmaxuw 3F:pmaxud 40:pmulld 41:phminposuw |
    38 66 | Vx Wx  | 17:ptest |
    38 66 | =Vx M  | 2A:movntdqa |
    38 F2 | =Gy Eb | F0:crc32 | z
    38 F2 | =Gy Ey | F1:crc32 | z
    3A 66 | =Vx Wx Ib | 08:roundps 09:roundpd 0A:roundss 0B:roundsd 0C:blendps 0D:blendpd |
    3A 66 | =Vx Wx Ib | 0E:pblendw 0F:palignr 21:insertps 40:dpps 41:dppd 42:mpsadbw |
    3A 66 | Vx Wx Ib  | 60:pcmpestrm 61:pcmpestri 62:pcmpistrm 63:pcmpistri |
    3A 66 | =Vx Ey Ib | 22:pinsrd |
    3A 66 | =Vx Ed Ib | 20:pinsrb |
    3A 66 | =Ey Vx Ib | 16:pextrd |
    3A 66 | =Ed Vx Ib | 14:pextrb 15:pextrw 17:extractps |
    """

  /// x87: memory forms by opcode D8…DF, a bit per ModRM.reg. Left out: fldenv, fnstenv, frstor,
  /// fnsave, which move the unit's pointers.
  static let x87Memory: [UInt8] = [
    0b1111_1111, 0b1010_1101, 0b1111_1111, 0b1010_1111,
    0b1111_1111, 0b1000_1111, 0b1111_1111, 0b1111_1111,
  ]

  /// x87: register forms by opcode D8…DF as ranges of the ModRM byte.
  static let x87Register: [[ClosedRange<UInt8>]] = [
    [0xC0...0xFF],
    [0xC0...0xCF, 0xD0...0xD0, 0xE0...0xE1, 0xE4...0xE5, 0xE8...0xEE, 0xF0...0xFF],
    [0xC0...0xDF, 0xE9...0xE9],
    [0xC0...0xDF, 0xE2...0xE3, 0xE8...0xF7],
    [0xC0...0xCF, 0xE0...0xFF],
    [0xC0...0xC7, 0xD0...0xDF, 0xE0...0xEF],
    [0xC0...0xCF, 0xD9...0xD9, 0xE0...0xFF],
    [0xE0...0xE0, 0xE8...0xF7],
  ]

  /// Multi-byte nops, whole: what assemblers pad with. Others are refused.
  static let nops: [[UInt8]] = {
    let long: [UInt8] = [0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0]
    var result: [[UInt8]] = [
      [0x90], [0x66, 0x90], [0xF3, 0x90], [0x0F, 0x1F, 0x00], [0x0F, 0x1F, 0x40, 0x00],
      [0x0F, 0x1F, 0x44, 0x00, 0x00], [0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00],
      [0x0F, 0x1F, 0x80, 0, 0, 0, 0], long, [0x66] + long,
    ]
    for count in 1...6 { result.append([UInt8](repeating: 0x66, count: count) + [0x2E] + long) }
    return result
  }()

  /// Fences, whole.
  static let fences: [[UInt8]] = [[0x0F, 0xAE, 0xE8], [0x0F, 0xAE, 0xF0], [0x0F, 0xAE, 0xF8]]

  /// All that is compared whole. Their first bytes are 90, 66, F3 and 0F.
  static let fixed = nops + fences
}
