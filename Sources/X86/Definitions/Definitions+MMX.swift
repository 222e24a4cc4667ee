// swift-format-ignore-file
extension InstructionSet {
  /// MMX and 3DNow!. The notation is explained in `Definition.swift`.
  static let mmx: StaticString = """
    punpcklbw | 0F 60         | P Q      |        | mmx      | nzp
    punpcklwd | 0F 61         | P Q      |        | mmx      | nzp
    punpckldq | 0F 62         | P Q      |        | mmx      | nzp
    packsswb  | 0F 63         | P Q      |        | mmx      | nzp
    pcmpgtb   | 0F 64         | P Q      |        | mmx      | nzp
    pcmpgtw   | 0F 65         | P Q      |        | mmx      | nzp
    pcmpgtd   | 0F 66         | P Q      |        | mmx      | nzp
    packuswb  | 0F 67         | P Q      |        | mmx      | nzp
    punpckhbw | 0F 68         | P Q      |        | mmx      | nzp
    punpckhwd | 0F 69         | P Q      |        | mmx      | nzp
    punpckhdq | 0F 6A         | P Q      |        | mmx      | nzp
    packssdw  | 0F 6B         | P Q      |        | mmx      | nzp
    pcmpeqb   | 0F 74         | P Q      |        | mmx      | nzp
    pcmpeqw   | 0F 75         | P Q      |        | mmx      | nzp
    pcmpeqd   | 0F 76         | P Q      |        | mmx      | nzp
    psrlw     | 0F D1         | P Q      |        | mmx      | nzp
    psrld     | 0F D2         | P Q      |        | mmx      | nzp
    psrlq     | 0F D3         | P Q      |        | mmx      | nzp
    paddq     | 0F D4         | P Q      |        | sse2     | nzp
    pmullw    | 0F D5         | P Q      |        | mmx      | nzp
    psubusb   | 0F D8         | P Q      |        | mmx      | nzp
    psubusw   | 0F D9         | P Q      |        | mmx      | nzp
    pminub    | 0F DA         | P Q      |        | sse      | nzp
    pand      | 0F DB         | P Q      |        | mmx      | nzp
    paddusb   | 0F DC         | P Q      |        | mmx      | nzp
    paddusw   | 0F DD         | P Q      |        | mmx      | nzp
    pmaxub    | 0F DE         | P Q      |        | sse      | nzp
    pandn     | 0F DF         | P Q      |        | mmx      | nzp
    pavgb     | 0F E0         | P Q      |        | sse      | nzp
    psraw     | 0F E1         | P Q      |        | mmx      | nzp
    psrad     | 0F E2         | P Q      |        | mmx      | nzp
    pavgw     | 0F E3         | P Q      |        | sse      | nzp
    pmulhuw   | 0F E4         | P Q      |        | sse      | nzp
    pmulhw    | 0F E5         | P Q      |        | mmx      | nzp
    psubsb    | 0F E8         | P Q      |        | mmx      | nzp
    psubsw    | 0F E9         | P Q      |        | mmx      | nzp
    pminsw    | 0F EA         | P Q      |        | sse      | nzp
    por       | 0F EB         | P Q      |        | mmx      | nzp
    paddsb    | 0F EC         | P Q      |        | mmx      | nzp
    paddsw    | 0F ED         | P Q      |        | mmx      | nzp
    pmaxsw    | 0F EE         | P Q      |        | sse      | nzp
    pxor      | 0F EF         | P Q      |        | mmx      | nzp
    psllw     | 0F F1         | P Q      |        | mmx      | nzp
    pslld     | 0F F2         | P Q      |        | mmx      | nzp
    psllq     | 0F F3         | P Q      |        | mmx      | nzp
    pmuludq   | 0F F4         | P Q      |        | sse2     | nzp
    pmaddwd   | 0F F5         | P Q      |        | mmx      | nzp
    psadbw    | 0F F6         | P Q      |        | sse      | nzp
    psubb     | 0F F8         | P Q      |        | mmx      | nzp
    psubw     | 0F F9         | P Q      |        | mmx      | nzp
    psubd     | 0F FA         | P Q      |        | mmx      | nzp
    psubq     | 0F FB         | P Q      |        | sse2     | nzp
    paddb     | 0F FC         | P Q      |        | mmx      | nzp
    paddw     | 0F FD         | P Q      |        | mmx      | nzp
    paddd     | 0F FE         | P Q      |        | mmx      | nzp
    psrlw     | 0F 71 /2 reg  | Q Ib     |        | mmx      | nzp
    psraw     | 0F 71 /4 reg  | Q Ib     |        | mmx      | nzp
    psllw     | 0F 71 /6 reg  | Q Ib     |        | mmx      | nzp
    psrld     | 0F 72 /2 reg  | Q Ib     |        | mmx      | nzp
    psrad     | 0F 72 /4 reg  | Q Ib     |        | mmx      | nzp
    pslld     | 0F 72 /6 reg  | Q Ib     |        | mmx      | nzp
    psrlq     | 0F 73 /2 reg  | Q Ib     |        | mmx      | nzp
    psllq     | 0F 73 /6 reg  | Q Ib     |        | mmx      | nzp
    movd      | 0F 6E         | P Ed     | noW    | mmx      | nzp
    movq      | W1 0F 6E      | P Eq     |        | mmx      | nzp
    movd      | 0F 7E         | >Ed P    | noW zx | mmx      | nzp
    movq      | W1 0F 7E      | >Eq P    |        | mmx      | nzp
    movq      | 0F 6F         | P Q      |        | mmx      | nzp
    movq      | 0F 7F         | Q P      |        | mmx      | nzp
    emms      | 0F 77         |          |        | mmx      | nzp
    pshufw    | 0F 70         | P Q Ib   |        | sse      | nzp
    movntq    | 0F E7 mem     | M P      |        | sse      | nzp
    pinsrw    | 0F C4         | P Ed Ib  |        | sse      | nzp
    pextrw    | 0F C5 reg     | >Gd Q Ib |        | sse      | nzp
    pmovmskb  | 0F D7 reg     | >Gd Q    |        | sse      | nzp
    maskmovq  | 0F F7 reg     | P Q      | rdi    | sse      | nzp
    pshufb    | 0F 38 00      | P Q      |        | ssse3    | nzp
    phaddw    | 0F 38 01      | P Q      |        | ssse3    | nzp
    phaddd    | 0F 38 02      | P Q      |        | ssse3    | nzp
    phaddsw   | 0F 38 03      | P Q      |        | ssse3    | nzp
    pmaddubsw | 0F 38 04      | P Q      |        | ssse3    | nzp
    phsubw    | 0F 38 05      | P Q      |        | ssse3    | nzp
    phsubd    | 0F 38 06      | P Q      |        | ssse3    | nzp
    phsubsw   | 0F 38 07      | P Q      |        | ssse3    | nzp
    psignb    | 0F 38 08      | P Q      |        | ssse3    | nzp
    psignw    | 0F 38 09      | P Q      |        | ssse3    | nzp
    psignd    | 0F 38 0A      | P Q      |        | ssse3    | nzp
    pmulhrsw  | 0F 38 0B      | P Q      |        | ssse3    | nzp
    pabsb     | 0F 38 1C      | P Q      |        | ssse3    | nzp
    pabsw     | 0F 38 1D      | P Q      |        | ssse3    | nzp
    pabsd     | 0F 38 1E      | P Q      |        | ssse3    | nzp
    palignr   | 0F 3A 0F      | P Q Ib   |        | ssse3    | nzp
    cvtpi2ps  | 0F 2A         | V Q      |        | sse      | nzp
    cvtpi2pd  | 66: 0F 2A     | V Q      |        | sse2     | nzp
    cvttps2pi | 0F 2C         | P W      |        | sse      | nzp
    cvttpd2pi | 66: 0F 2C     | P W      |        | sse2     | nzp
    cvtps2pi  | 0F 2D         | P W      |        | sse      | nzp
    cvtpd2pi  | 66: 0F 2D     | P W      |        | sse2     | nzp
    movdq2q   | F2: 0F D6 reg | P W      |        | sse2     | nzp
    movq2dq   | F3: 0F D6 reg | V Q      |        | sse2     | nzp
    # 3DNow!: AMD only; the opcode is the byte after the operands
    femms     | 0F 0E         |          |        | 3dnow    | nz-
    pi2fw     | 0F 0F ... 0C  | P Q      |        | 3dnowext | nz-
    pi2fd     | 0F 0F ... 0D  | P Q      |        | 3dnow    | nz-
    pf2iw     | 0F 0F ... 1C  | P Q      |        | 3dnowext | nz-
    pf2id     | 0F 0F ... 1D  | P Q      |        | 3dnow    | nz-
    pfnacc    | 0F 0F ... 8A  | P Q      |        | 3dnowext | nz-
    pfpnacc   | 0F 0F ... 8E  | P Q      |        | 3dnowext | nz-
    pfcmpge   | 0F 0F ... 90  | P Q      |        | 3dnow    | nz-
    pfmin     | 0F 0F ... 94  | P Q      |        | 3dnow    | nz-
    pfrcp     | 0F 0F ... 96  | P Q      |        | 3dnow    | nz-
    pfrsqrt   | 0F 0F ... 97  | P Q      |        | 3dnow    | nz-
    pfsub     | 0F 0F ... 9A  | P Q      |        | 3dnow    | nz-
    pfadd     | 0F 0F ... 9E  | P Q      |        | 3dnow    | nz-
    pfcmpgt   | 0F 0F ... A0  | P Q      |        | 3dnow    | nz-
    pfmax     | 0F 0F ... A4  | P Q      |        | 3dnow    | nz-
    pfrcpit1  | 0F 0F ... A6  | P Q      |        | 3dnow    | nz-
    pfrsqit1  | 0F 0F ... A7  | P Q      |        | 3dnow    | nz-
    pfsubr    | 0F 0F ... AA  | P Q      |        | 3dnow    | nz-
    pfacc     | 0F 0F ... AE  | P Q      |        | 3dnow    | nz-
    pfcmpeq   | 0F 0F ... B0  | P Q      |        | 3dnow    | nz-
    pfmul     | 0F 0F ... B4  | P Q      |        | 3dnow    | nz-
    pfrcpit2  | 0F 0F ... B6  | P Q      |        | 3dnow    | nz-
    pmulhrw   | 0F 0F ... B7  | P Q      |        | 3dnow    | nz-
    pswapd    | 0F 0F ... BB  | P Q      |        | 3dnowext | nz-
    pavgusb   | 0F 0F ... BF  | P Q      |        | 3dnow    | nz-
    """
}
