// swift-format-ignore-file
extension InstructionSet {
  /// SSE to SSE4.2, SSE4A, AES, PCLMULQDQ. The notation is explained in `Definition.swift`.
  static let sse: StaticString = """
    movups          | 0F 10            | V W       |        | sse       | nzp
    movupd          | 66: 0F 10        | V W       |        | sse2      | nzp
    movss           | F3: 0F 10        | V W       |        | sse       | nzp
    movsd           | F2: 0F 10        | V W       |        | sse2      | nzp
    movups          | 0F 11            | W V       |        | sse       | nzp
    movupd          | 66: 0F 11        | W V       |        | sse2      | nzp
    movss           | F3: 0F 11        | W V       |        | sse       | nzp
    movsd           | F2: 0F 11        | W V       |        | sse2      | nzp
    movlps          | 0F 12            | V W       |        | sse       | nzp
    movlpd          | 66: 0F 12 mem    | V M       |        | sse2      | nzp
    movsldup        | F3: 0F 12        | V W       |        | pni       | nzp
    movddup         | F2: 0F 12        | V W       |        | pni       | nzp
    movlps          | 0F 13 mem        | M V       |        | sse       | nzp
    movlpd          | 66: 0F 13 mem    | M V       |        | sse2      | nzp
    unpcklps        | 0F 14            | V W       |        | sse       | nzp
    unpcklpd        | 66: 0F 14        | V W       |        | sse2      | nzp
    unpckhps        | 0F 15            | V W       |        | sse       | nzp
    unpckhpd        | 66: 0F 15        | V W       |        | sse2      | nzp
    movhps          | 0F 16            | V W       |        | sse       | nzp
    movhpd          | 66: 0F 16 mem    | V M       |        | sse2      | nzp
    movshdup        | F3: 0F 16        | V W       |        | pni       | nzp
    movhps          | 0F 17 mem        | M V       |        | sse       | nzp
    movhpd          | 66: 0F 17 mem    | M V       |        | sse2      | nzp
    movaps          | 0F 28            | V W       |        | sse       | nzp
    movapd          | 66: 0F 28        | V W       |        | sse2      | nzp
    movaps          | 0F 29            | W V       |        | sse       | nzp
    movapd          | 66: 0F 29        | W V       |        | sse2      | nzp
    cvtsi2ss        | F3: 0F 2A        | V Ey      |        | sse       | nzp
    cvtsi2sd        | F2: 0F 2A        | V Ey      |        | sse2      | nzp
    movntps         | 0F 2B mem        | M V       |        | sse       | nzp
    movntpd         | 66: 0F 2B mem    | M V       |        | sse2      | nzp
    movntss         | F3: 0F 2B mem    | M V       |        | sse4a     | nz-
    movntsd         | F2: 0F 2B mem    | M V       |        | sse4a     | nz-
    cvttss2si       | F3: 0F 2C        | >Gy W     |        | sse       | nzp
    cvttsd2si       | F2: 0F 2C        | >Gy W     |        | sse2      | nzp
    cvtss2si        | F3: 0F 2D        | >Gy W     |        | sse       | nzp
    cvtsd2si        | F2: 0F 2D        | >Gy W     |        | sse2      | nzp
    ucomiss         | 0F 2E            | V W       |        | sse       | nzp
    ucomisd         | 66: 0F 2E        | V W       |        | sse2      | nzp
    comiss          | 0F 2F            | V W       |        | sse       | nzp
    comisd          | 66: 0F 2F        | V W       |        | sse2      | nzp
    movmskps        | 0F 50 reg        | >Gd W     |        | sse       | nzp
    movmskpd        | 66: 0F 50 reg    | >Gd W     |        | sse2      | nzp
    sqrtps          | 0F 51            | V W       |        | sse       | nzp
    sqrtpd          | 66: 0F 51        | V W       |        | sse2      | nzp
    sqrtss          | F3: 0F 51        | V W       |        | sse       | nzp
    sqrtsd          | F2: 0F 51        | V W       |        | sse2      | nzp
    # Approximations: CPU makers differ, so not in `portable`
    rsqrtps         | 0F 52            | V W       |        | sse       | nz-
    rsqrtss         | F3: 0F 52        | V W       |        | sse       | nz-
    rcpps           | 0F 53            | V W       |        | sse       | nz-
    rcpss           | F3: 0F 53        | V W       |        | sse       | nz-
    andps           | 0F 54            | V W       |        | sse       | nzp
    andpd           | 66: 0F 54        | V W       |        | sse2      | nzp
    andnps          | 0F 55            | V W       |        | sse       | nzp
    andnpd          | 66: 0F 55        | V W       |        | sse2      | nzp
    orps            | 0F 56            | V W       |        | sse       | nzp
    orpd            | 66: 0F 56        | V W       |        | sse2      | nzp
    xorps           | 0F 57            | V W       |        | sse       | nzp
    xorpd           | 66: 0F 57        | V W       |        | sse2      | nzp
    addps           | 0F 58            | V W       |        | sse       | nzp
    addpd           | 66: 0F 58        | V W       |        | sse2      | nzp
    addss           | F3: 0F 58        | V W       |        | sse       | nzp
    addsd           | F2: 0F 58        | V W       |        | sse2      | nzp
    mulps           | 0F 59            | V W       |        | sse       | nzp
    mulpd           | 66: 0F 59        | V W       |        | sse2      | nzp
    mulss           | F3: 0F 59        | V W       |        | sse       | nzp
    mulsd           | F2: 0F 59        | V W       |        | sse2      | nzp
    subps           | 0F 5C            | V W       |        | sse       | nzp
    subpd           | 66: 0F 5C        | V W       |        | sse2      | nzp
    subss           | F3: 0F 5C        | V W       |        | sse       | nzp
    subsd           | F2: 0F 5C        | V W       |        | sse2      | nzp
    minps           | 0F 5D            | V W       |        | sse       | nzp
    minpd           | 66: 0F 5D        | V W       |        | sse2      | nzp
    minss           | F3: 0F 5D        | V W       |        | sse       | nzp
    minsd           | F2: 0F 5D        | V W       |        | sse2      | nzp
    divps           | 0F 5E            | V W       |        | sse       | nzp
    divpd           | 66: 0F 5E        | V W       |        | sse2      | nzp
    divss           | F3: 0F 5E        | V W       |        | sse       | nzp
    divsd           | F2: 0F 5E        | V W       |        | sse2      | nzp
    maxps           | 0F 5F            | V W       |        | sse       | nzp
    maxpd           | 66: 0F 5F        | V W       |        | sse2      | nzp
    maxss           | F3: 0F 5F        | V W       |        | sse       | nzp
    maxsd           | F2: 0F 5F        | V W       |        | sse2      | nzp
    cvtps2pd        | 0F 5A            | V W       |        | sse2      | nzp
    cvtpd2ps        | 66: 0F 5A        | V W       |        | sse2      | nzp
    cvtss2sd        | F3: 0F 5A        | V W       |        | sse2      | nzp
    cvtsd2ss        | F2: 0F 5A        | V W       |        | sse2      | nzp
    cvtdq2ps        | 0F 5B            | V W       |        | sse2      | nzp
    cvtps2dq        | 66: 0F 5B        | V W       |        | sse2      | nzp
    cvttps2dq       | F3: 0F 5B        | V W       |        | sse2      | nzp
    punpcklbw       | 66: 0F 60        | V W       |        | sse2      | nzp
    punpcklwd       | 66: 0F 61        | V W       |        | sse2      | nzp
    punpckldq       | 66: 0F 62        | V W       |        | sse2      | nzp
    packsswb        | 66: 0F 63        | V W       |        | sse2      | nzp
    pcmpgtb         | 66: 0F 64        | V W       |        | sse2      | nzp
    pcmpgtw         | 66: 0F 65        | V W       |        | sse2      | nzp
    pcmpgtd         | 66: 0F 66        | V W       |        | sse2      | nzp
    packuswb        | 66: 0F 67        | V W       |        | sse2      | nzp
    punpckhbw       | 66: 0F 68        | V W       |        | sse2      | nzp
    punpckhwd       | 66: 0F 69        | V W       |        | sse2      | nzp
    punpckhdq       | 66: 0F 6A        | V W       |        | sse2      | nzp
    packssdw        | 66: 0F 6B        | V W       |        | sse2      | nzp
    pcmpeqb         | 66: 0F 74        | V W       |        | sse2      | nzp
    pcmpeqw         | 66: 0F 75        | V W       |        | sse2      | nzp
    pcmpeqd         | 66: 0F 76        | V W       |        | sse2      | nzp
    psrlw           | 66: 0F D1        | V W       |        | sse2      | nzp
    psrld           | 66: 0F D2        | V W       |        | sse2      | nzp
    psrlq           | 66: 0F D3        | V W       |        | sse2      | nzp
    paddq           | 66: 0F D4        | V W       |        | sse2      | nzp
    pmullw          | 66: 0F D5        | V W       |        | sse2      | nzp
    psubusb         | 66: 0F D8        | V W       |        | sse2      | nzp
    psubusw         | 66: 0F D9        | V W       |        | sse2      | nzp
    pminub          | 66: 0F DA        | V W       |        | sse2      | nzp
    pand            | 66: 0F DB        | V W       |        | sse2      | nzp
    paddusb         | 66: 0F DC        | V W       |        | sse2      | nzp
    paddusw         | 66: 0F DD        | V W       |        | sse2      | nzp
    pmaxub          | 66: 0F DE        | V W       |        | sse2      | nzp
    pandn           | 66: 0F DF        | V W       |        | sse2      | nzp
    pavgb           | 66: 0F E0        | V W       |        | sse2      | nzp
    psraw           | 66: 0F E1        | V W       |        | sse2      | nzp
    psrad           | 66: 0F E2        | V W       |        | sse2      | nzp
    pavgw           | 66: 0F E3        | V W       |        | sse2      | nzp
    pmulhuw         | 66: 0F E4        | V W       |        | sse2      | nzp
    pmulhw          | 66: 0F E5        | V W       |        | sse2      | nzp
    psubsb          | 66: 0F E8        | V W       |        | sse2      | nzp
    psubsw          | 66: 0F E9        | V W       |        | sse2      | nzp
    pminsw          | 66: 0F EA        | V W       |        | sse2      | nzp
    por             | 66: 0F EB        | V W       |        | sse2      | nzp
    paddsb          | 66: 0F EC        | V W       |        | sse2      | nzp
    paddsw          | 66: 0F ED        | V W       |        | sse2      | nzp
    pmaxsw          | 66: 0F EE        | V W       |        | sse2      | nzp
    pxor            | 66: 0F EF        | V W       |        | sse2      | nzp
    psllw           | 66: 0F F1        | V W       |        | sse2      | nzp
    pslld           | 66: 0F F2        | V W       |        | sse2      | nzp
    psllq           | 66: 0F F3        | V W       |        | sse2      | nzp
    pmuludq         | 66: 0F F4        | V W       |        | sse2      | nzp
    pmaddwd         | 66: 0F F5        | V W       |        | sse2      | nzp
    psadbw          | 66: 0F F6        | V W       |        | sse2      | nzp
    psubb           | 66: 0F F8        | V W       |        | sse2      | nzp
    psubw           | 66: 0F F9        | V W       |        | sse2      | nzp
    psubd           | 66: 0F FA        | V W       |        | sse2      | nzp
    psubq           | 66: 0F FB        | V W       |        | sse2      | nzp
    paddb           | 66: 0F FC        | V W       |        | sse2      | nzp
    paddw           | 66: 0F FD        | V W       |        | sse2      | nzp
    paddd           | 66: 0F FE        | V W       |        | sse2      | nzp
    punpcklqdq      | 66: 0F 6C        | V W       |        | sse2      | nzp
    punpckhqdq      | 66: 0F 6D        | V W       |        | sse2      | nzp
    movd            | 66: 0F 6E        | V Ed      | noW    | sse2      | nzp
    movq            | 66: W1 0F 6E     | V Eq      |        | sse2      | nzp
    movd            | 66: 0F 7E        | >Ed V     | noW zx | sse2      | nzp
    movq            | 66: W1 0F 7E     | >Eq V     |        | sse2      | nzp
    movdqa          | 66: 0F 6F        | V W       |        | sse2      | nzp
    movdqu          | F3: 0F 6F        | V W       |        | sse2      | nzp
    movdqa          | 66: 0F 7F        | W V       |        | sse2      | nzp
    movdqu          | F3: 0F 7F        | W V       |        | sse2      | nzp
    movq            | F3: 0F 7E        | V W       |        | sse2      | nzp
    movq            | 66: 0F D6        | W V       |        | sse2      | nzp
    pshufd          | 66: 0F 70        | V W Ib    |        | sse2      | nzp
    pshufhw         | F3: 0F 70        | V W Ib    |        | sse2      | nzp
    pshuflw         | F2: 0F 70        | V W Ib    |        | sse2      | nzp
    psrlw           | 66: 0F 71 /2 reg | W Ib      |        | sse2      | nzp
    psraw           | 66: 0F 71 /4 reg | W Ib      |        | sse2      | nzp
    psllw           | 66: 0F 71 /6 reg | W Ib      |        | sse2      | nzp
    psrld           | 66: 0F 72 /2 reg | W Ib      |        | sse2      | nzp
    psrad           | 66: 0F 72 /4 reg | W Ib      |        | sse2      | nzp
    pslld           | 66: 0F 72 /6 reg | W Ib      |        | sse2      | nzp
    psrlq           | 66: 0F 73 /2 reg | W Ib      |        | sse2      | nzp
    psrldq          | 66: 0F 73 /3 reg | W Ib      |        | sse2      | nzp
    psllq           | 66: 0F 73 /6 reg | W Ib      |        | sse2      | nzp
    pslldq          | 66: 0F 73 /7 reg | W Ib      |        | sse2      | nzp
    insertq         | F2: 0F 78 reg    | V W Ib Ib |        | sse4a     | nz-
    extrq           | 66: 0F 79 reg    | V W       |        | sse4a     | nz-
    insertq         | F2: 0F 79 reg    | V W       |        | sse4a     | nz-
    haddpd          | 66: 0F 7C        | V W       |        | pni       | nzp
    haddps          | F2: 0F 7C        | V W       |        | pni       | nzp
    hsubpd          | 66: 0F 7D        | V W       |        | pni       | nzp
    hsubps          | F2: 0F 7D        | V W       |        | pni       | nzp
    cmpps           | 0F C2            | V W Ib    |        | sse       | nzp
    cmppd           | 66: 0F C2        | V W Ib    |        | sse2      | nzp
    cmpss           | F3: 0F C2        | V W Ib    |        | sse       | nzp
    cmpsd           | F2: 0F C2        | V W Ib    |        | sse2      | nzp
    pinsrw          | 66: 0F C4        | V Ed Ib   |        | sse2      | nzp
    pextrw          | 66: 0F C5 reg    | >Gd W Ib  |        | sse2      | nzp
    shufps          | 0F C6            | V W Ib    |        | sse       | nzp
    shufpd          | 66: 0F C6        | V W Ib    |        | sse2      | nzp
    addsubpd        | 66: 0F D0        | V W       |        | pni       | nzp
    addsubps        | F2: 0F D0        | V W       |        | pni       | nzp
    pmovmskb        | 66: 0F D7 reg    | >Gd W     |        | sse2      | nzp
    cvttpd2dq       | 66: 0F E6        | V W       |        | sse2      | nzp
    cvtdq2pd        | F3: 0F E6        | V W       |        | sse2      | nzp
    cvtpd2dq        | F2: 0F E6        | V W       |        | sse2      | nzp
    movntdq         | 66: 0F E7 mem    | M V       |        | sse2      | nzp
    lddqu           | F2: 0F F0 mem    | V M       |        | pni       | nzp
    maskmovdqu      | 66: 0F F7 reg    | V W       | rdi    | sse2      | nzp
    pshufb          | 66: 0F 38 00     | V W       |        | ssse3     | nzp
    phaddw          | 66: 0F 38 01     | V W       |        | ssse3     | nzp
    phaddd          | 66: 0F 38 02     | V W       |        | ssse3     | nzp
    phaddsw         | 66: 0F 38 03     | V W       |        | ssse3     | nzp
    pmaddubsw       | 66: 0F 38 04     | V W       |        | ssse3     | nzp
    phsubw          | 66: 0F 38 05     | V W       |        | ssse3     | nzp
    phsubd          | 66: 0F 38 06     | V W       |        | ssse3     | nzp
    phsubsw         | 66: 0F 38 07     | V W       |        | ssse3     | nzp
    psignb          | 66: 0F 38 08     | V W       |        | ssse3     | nzp
    psignw          | 66: 0F 38 09     | V W       |        | ssse3     | nzp
    psignd          | 66: 0F 38 0A     | V W       |        | ssse3     | nzp
    pmulhrsw        | 66: 0F 38 0B     | V W       |        | ssse3     | nzp
    pabsb           | 66: 0F 38 1C     | V W       |        | ssse3     | nzp
    pabsw           | 66: 0F 38 1D     | V W       |        | ssse3     | nzp
    pabsd           | 66: 0F 38 1E     | V W       |        | ssse3     | nzp
    pblendvb        | 66: 0F 38 10     | V W       |        | sse4_1    | nzp
    blendvps        | 66: 0F 38 14     | V W       |        | sse4_1    | nzp
    blendvpd        | 66: 0F 38 15     | V W       |        | sse4_1    | nzp
    ptest           | 66: 0F 38 17     | V W       |        | sse4_1    | nzp
    pmovsxbw        | 66: 0F 38 20     | V W       |        | sse4_1    | nzp
    pmovsxbd        | 66: 0F 38 21     | V W       |        | sse4_1    | nzp
    pmovsxbq        | 66: 0F 38 22     | V W       |        | sse4_1    | nzp
    pmovsxwd        | 66: 0F 38 23     | V W       |        | sse4_1    | nzp
    pmovsxwq        | 66: 0F 38 24     | V W       |        | sse4_1    | nzp
    pmovsxdq        | 66: 0F 38 25     | V W       |        | sse4_1    | nzp
    pmuldq          | 66: 0F 38 28     | V W       |        | sse4_1    | nzp
    pcmpeqq         | 66: 0F 38 29     | V W       |        | sse4_1    | nzp
    packusdw        | 66: 0F 38 2B     | V W       |        | sse4_1    | nzp
    pmovzxbw        | 66: 0F 38 30     | V W       |        | sse4_1    | nzp
    pmovzxbd        | 66: 0F 38 31     | V W       |        | sse4_1    | nzp
    pmovzxbq        | 66: 0F 38 32     | V W       |        | sse4_1    | nzp
    pmovzxwd        | 66: 0F 38 33     | V W       |        | sse4_1    | nzp
    pmovzxwq        | 66: 0F 38 34     | V W       |        | sse4_1    | nzp
    pmovzxdq        | 66: 0F 38 35     | V W       |        | sse4_1    | nzp
    pcmpgtq         | 66: 0F 38 37     | V W       |        | sse4_2    | nzp
    pminsb          | 66: 0F 38 38     | V W       |        | sse4_1    | nzp
    pminsd          | 66: 0F 38 39     | V W       |        | sse4_1    | nzp
    pminuw          | 66: 0F 38 3A     | V W       |        | sse4_1    | nzp
    pminud          | 66: 0F 38 3B     | V W       |        | sse4_1    | nzp
    pmaxsb          | 66: 0F 38 3C     | V W       |        | sse4_1    | nzp
    pmaxsd          | 66: 0F 38 3D     | V W       |        | sse4_1    | nzp
    pmaxuw          | 66: 0F 38 3E     | V W       |        | sse4_1    | nzp
    pmaxud          | 66: 0F 38 3F     | V W       |        | sse4_1    | nzp
    pmulld          | 66: 0F 38 40     | V W       |        | sse4_1    | nzp
    phminposuw      | 66: 0F 38 41     | V W       |        | sse4_1    | nzp
    movntdqa        | 66: 0F 38 2A mem | V M       |        | sse4_1    | nzp
    aesimc          | 66: 0F 38 DB     | V W       |        | aes       | -zp
    aesenc          | 66: 0F 38 DC     | V W       |        | aes       | -zp
    aesenclast      | 66: 0F 38 DD     | V W       |        | aes       | -zp
    aesdec          | 66: 0F 38 DE     | V W       |        | aes       | -zp
    aesdeclast      | 66: 0F 38 DF     | V W       |        | aes       | -zp
    roundps         | 66: 0F 3A 08     | V W Ib    |        | sse4_1    | nzp
    roundpd         | 66: 0F 3A 09     | V W Ib    |        | sse4_1    | nzp
    roundss         | 66: 0F 3A 0A     | V W Ib    |        | sse4_1    | nzp
    roundsd         | 66: 0F 3A 0B     | V W Ib    |        | sse4_1    | nzp
    blendps         | 66: 0F 3A 0C     | V W Ib    |        | sse4_1    | nzp
    blendpd         | 66: 0F 3A 0D     | V W Ib    |        | sse4_1    | nzp
    pblendw         | 66: 0F 3A 0E     | V W Ib    |        | sse4_1    | nzp
    palignr         | 66: 0F 3A 0F     | V W Ib    |        | ssse3     | nzp
    insertps        | 66: 0F 3A 21     | V W Ib    |        | sse4_1    | nzp
    dpps            | 66: 0F 3A 40     | V W Ib    |        | sse4_1    | nzp
    dppd            | 66: 0F 3A 41     | V W Ib    |        | sse4_1    | nzp
    mpsadbw         | 66: 0F 3A 42     | V W Ib    |        | sse4_1    | nzp
    pcmpestrm       | 66: 0F 3A 60     | V W Ib    |        | sse4_2    | nzp
    pcmpestri       | 66: 0F 3A 61     | V W Ib    |        | sse4_2    | nzp
    pcmpistrm       | 66: 0F 3A 62     | V W Ib    |        | sse4_2    | nzp
    pcmpistri       | 66: 0F 3A 63     | V W Ib    |        | sse4_2    | nzp
    pextrb          | 66: 0F 3A 14     | >Ed V Ib  |        | sse4_1    | nzp
    pextrw          | 66: 0F 3A 15     | >Ed V Ib  |        | sse4_1    | nzp
    pextrd          | 66: 0F 3A 16     | >Ed V Ib  | noW    | sse4_1    | nzp
    pextrq          | 66: W1 0F 3A 16  | >Eq V Ib  |        | sse4_1    | nzp
    extractps       | 66: 0F 3A 17     | >Ed V Ib  |        | sse4_1    | nzp
    pinsrb          | 66: 0F 3A 20     | V Ed Ib   |        | sse4_1    | nzp
    pinsrd          | 66: 0F 3A 22     | V Ed Ib   | noW    | sse4_1    | nzp
    pinsrq          | 66: W1 0F 3A 22  | V Eq Ib   |        | sse4_1    | nzp
    pclmulqdq       | 66: 0F 3A 44     | V W Ib    |        | pclmulqdq | -zp
    aeskeygenassist | 66: 0F 3A DF     | V W Ib    |        | aes       | -zp
    """
}
