// swift-format-ignore-file
extension InstructionSet {
  /// AVX, AVX2, FMA, F16C and the VEX forms of AES and PCLMULQDQ. The notation is explained in `Definition.swift`.
  static let avx: StaticString = """
    # Not in `nacl`: Native Client has VEX switched off. Gathers take a vector of addresses: refused.
    vmovups          | VEX.any.NP.0F.W0 10        | V W        |     | avx           | -zp
    vmovupd          | VEX.any.66.0F.W0 10        | V W        |     | avx           | -zp
    vmovss           | VEX.128.F3.0F.W0 10 mem    | V M        |     | avx           | -zp
    vmovss           | VEX.128.F3.0F.W0 10 reg    | V H W      |     | avx           | -zp
    vmovsd           | VEX.128.F2.0F.W0 10 mem    | V M        |     | avx           | -zp
    vmovsd           | VEX.128.F2.0F.W0 10 reg    | V H W      |     | avx           | -zp
    vmovups          | VEX.any.NP.0F.W0 11        | W V        |     | avx           | -zp
    vmovupd          | VEX.any.66.0F.W0 11        | W V        |     | avx           | -zp
    vmovss           | VEX.128.F3.0F.W0 11 mem    | M V        |     | avx           | -zp
    vmovss           | VEX.128.F3.0F.W0 11 reg    | W H V      |     | avx           | -zp
    vmovsd           | VEX.128.F2.0F.W0 11 mem    | M V        |     | avx           | -zp
    vmovsd           | VEX.128.F2.0F.W0 11 reg    | W H V      |     | avx           | -zp
    vmovlps          | VEX.128.NP.0F.W0 12        | V H W      |     | avx           | -zp
    vmovlpd          | VEX.128.66.0F.W0 12 mem    | V H M      |     | avx           | -zp
    vmovlps          | VEX.128.NP.0F.W0 13 mem    | M V        |     | avx           | -zp
    vmovlpd          | VEX.128.66.0F.W0 13 mem    | M V        |     | avx           | -zp
    vmovhps          | VEX.128.NP.0F.W0 16        | V H W      |     | avx           | -zp
    vmovhpd          | VEX.128.66.0F.W0 16 mem    | V H M      |     | avx           | -zp
    vmovhps          | VEX.128.NP.0F.W0 17 mem    | M V        |     | avx           | -zp
    vmovhpd          | VEX.128.66.0F.W0 17 mem    | M V        |     | avx           | -zp
    vmovsldup        | VEX.any.F3.0F.W0 12        | V W        |     | avx           | -zp
    vmovddup         | VEX.any.F2.0F.W0 12        | V W        |     | avx           | -zp
    vmovshdup        | VEX.any.F3.0F.W0 16        | V W        |     | avx           | -zp
    vunpcklps        | VEX.any.NP.0F.W0 14        | V H W      |     | avx           | -zp
    vunpcklpd        | VEX.any.66.0F.W0 14        | V H W      |     | avx           | -zp
    vunpckhps        | VEX.any.NP.0F.W0 15        | V H W      |     | avx           | -zp
    vunpckhpd        | VEX.any.66.0F.W0 15        | V H W      |     | avx           | -zp
    vmovaps          | VEX.any.NP.0F.W0 28        | V W        |     | avx           | -zp
    vmovaps          | VEX.any.NP.0F.W0 29        | W V        |     | avx           | -zp
    vmovapd          | VEX.any.66.0F.W0 28        | V W        |     | avx           | -zp
    vmovapd          | VEX.any.66.0F.W0 29        | W V        |     | avx           | -zp
    vmovntps         | VEX.any.NP.0F.W0 2B mem    | M V        |     | avx           | -zp
    vmovntpd         | VEX.any.66.0F.W0 2B mem    | M V        |     | avx           | -zp
    vmovntdq         | VEX.any.66.0F.W0 E7 mem    | M V        |     | avx           | -zp
    vcvtsi2ss        | VEX.128.F3.0F.W0 2A        | V H Ed     |     | avx           | -zp
    vcvtsi2sd        | VEX.128.F2.0F.W0 2A        | V H Ed     |     | avx           | -zp
    vcvttss2si       | VEX.128.F3.0F.W0 2C        | >Gd W      |     | avx           | -zp
    vcvttsd2si       | VEX.128.F2.0F.W0 2C        | >Gd W      |     | avx           | -zp
    vcvtss2si        | VEX.128.F3.0F.W0 2D        | >Gd W      |     | avx           | -zp
    vcvtsd2si        | VEX.128.F2.0F.W0 2D        | >Gd W      |     | avx           | -zp
    vcvtsi2ss        | VEX.128.F3.0F.W1 2A        | V H Eq     |     | avx           | -zp
    vcvtsi2sd        | VEX.128.F2.0F.W1 2A        | V H Eq     |     | avx           | -zp
    vcvttss2si       | VEX.128.F3.0F.W1 2C        | >Gq W      |     | avx           | -zp
    vcvttsd2si       | VEX.128.F2.0F.W1 2C        | >Gq W      |     | avx           | -zp
    vcvtss2si        | VEX.128.F3.0F.W1 2D        | >Gq W      |     | avx           | -zp
    vcvtsd2si        | VEX.128.F2.0F.W1 2D        | >Gq W      |     | avx           | -zp
    vucomiss         | VEX.128.NP.0F.W0 2E        | V W        |     | avx           | -zp
    vucomisd         | VEX.128.66.0F.W0 2E        | V W        |     | avx           | -zp
    vcomiss          | VEX.128.NP.0F.W0 2F        | V W        |     | avx           | -zp
    vcomisd          | VEX.128.66.0F.W0 2F        | V W        |     | avx           | -zp
    vmovmskps        | VEX.any.NP.0F.W0 50 reg    | >Gd W      |     | avx           | -zp
    vmovmskpd        | VEX.any.66.0F.W0 50 reg    | >Gd W      |     | avx           | -zp
    vsqrtps          | VEX.any.NP.0F.W0 51        | V W        |     | avx           | -zp
    vsqrtpd          | VEX.any.66.0F.W0 51        | V W        |     | avx           | -zp
    vsqrtss          | VEX.128.F3.0F.W0 51        | V H W      |     | avx           | -zp
    vsqrtsd          | VEX.128.F2.0F.W0 51        | V H W      |     | avx           | -zp
    vrsqrtps         | VEX.any.NP.0F.W0 52        | V W        |     | avx           | -z-
    vrsqrtss         | VEX.128.F3.0F.W0 52        | V H W      |     | avx           | -z-
    vrcpps           | VEX.any.NP.0F.W0 53        | V W        |     | avx           | -z-
    vrcpss           | VEX.128.F3.0F.W0 53        | V H W      |     | avx           | -z-
    vandps           | VEX.any.NP.0F.W0 54        | V H W      |     | avx           | -zp
    vandpd           | VEX.any.66.0F.W0 54        | V H W      |     | avx           | -zp
    vandnps          | VEX.any.NP.0F.W0 55        | V H W      |     | avx           | -zp
    vandnpd          | VEX.any.66.0F.W0 55        | V H W      |     | avx           | -zp
    vorps            | VEX.any.NP.0F.W0 56        | V H W      |     | avx           | -zp
    vorpd            | VEX.any.66.0F.W0 56        | V H W      |     | avx           | -zp
    vxorps           | VEX.any.NP.0F.W0 57        | V H W      |     | avx           | -zp
    vxorpd           | VEX.any.66.0F.W0 57        | V H W      |     | avx           | -zp
    vaddps           | VEX.any.NP.0F.W0 58        | V H W      |     | avx           | -zp
    vaddpd           | VEX.any.66.0F.W0 58        | V H W      |     | avx           | -zp
    vaddss           | VEX.128.F3.0F.W0 58        | V H W      |     | avx           | -zp
    vaddsd           | VEX.128.F2.0F.W0 58        | V H W      |     | avx           | -zp
    vmulps           | VEX.any.NP.0F.W0 59        | V H W      |     | avx           | -zp
    vmulpd           | VEX.any.66.0F.W0 59        | V H W      |     | avx           | -zp
    vmulss           | VEX.128.F3.0F.W0 59        | V H W      |     | avx           | -zp
    vmulsd           | VEX.128.F2.0F.W0 59        | V H W      |     | avx           | -zp
    vsubps           | VEX.any.NP.0F.W0 5C        | V H W      |     | avx           | -zp
    vsubpd           | VEX.any.66.0F.W0 5C        | V H W      |     | avx           | -zp
    vsubss           | VEX.128.F3.0F.W0 5C        | V H W      |     | avx           | -zp
    vsubsd           | VEX.128.F2.0F.W0 5C        | V H W      |     | avx           | -zp
    vminps           | VEX.any.NP.0F.W0 5D        | V H W      |     | avx           | -zp
    vminpd           | VEX.any.66.0F.W0 5D        | V H W      |     | avx           | -zp
    vminss           | VEX.128.F3.0F.W0 5D        | V H W      |     | avx           | -zp
    vminsd           | VEX.128.F2.0F.W0 5D        | V H W      |     | avx           | -zp
    vdivps           | VEX.any.NP.0F.W0 5E        | V H W      |     | avx           | -zp
    vdivpd           | VEX.any.66.0F.W0 5E        | V H W      |     | avx           | -zp
    vdivss           | VEX.128.F3.0F.W0 5E        | V H W      |     | avx           | -zp
    vdivsd           | VEX.128.F2.0F.W0 5E        | V H W      |     | avx           | -zp
    vmaxps           | VEX.any.NP.0F.W0 5F        | V H W      |     | avx           | -zp
    vmaxpd           | VEX.any.66.0F.W0 5F        | V H W      |     | avx           | -zp
    vmaxss           | VEX.128.F3.0F.W0 5F        | V H W      |     | avx           | -zp
    vmaxsd           | VEX.128.F2.0F.W0 5F        | V H W      |     | avx           | -zp
    vcvtps2pd        | VEX.any.NP.0F.W0 5A        | V W        |     | avx           | -zp
    vcvtpd2ps        | VEX.any.66.0F.W0 5A        | V W        |     | avx           | -zp
    vcvtss2sd        | VEX.128.F3.0F.W0 5A        | V H W      |     | avx           | -zp
    vcvtsd2ss        | VEX.128.F2.0F.W0 5A        | V H W      |     | avx           | -zp
    vcvtdq2ps        | VEX.any.NP.0F.W0 5B        | V W        |     | avx           | -zp
    vcvtps2dq        | VEX.any.66.0F.W0 5B        | V W        |     | avx           | -zp
    vcvttps2dq       | VEX.any.F3.0F.W0 5B        | V W        |     | avx           | -zp
    vpunpcklbw       | VEX.128.66.0F.W0 60        | V H W      |     | avx           | -zp
    vpunpcklbw       | VEX.256.66.0F.W0 60        | V H W      |     | avx2          | -zp
    vpunpcklwd       | VEX.128.66.0F.W0 61        | V H W      |     | avx           | -zp
    vpunpcklwd       | VEX.256.66.0F.W0 61        | V H W      |     | avx2          | -zp
    vpunpckldq       | VEX.128.66.0F.W0 62        | V H W      |     | avx           | -zp
    vpunpckldq       | VEX.256.66.0F.W0 62        | V H W      |     | avx2          | -zp
    vpacksswb        | VEX.128.66.0F.W0 63        | V H W      |     | avx           | -zp
    vpacksswb        | VEX.256.66.0F.W0 63        | V H W      |     | avx2          | -zp
    vpcmpgtb         | VEX.128.66.0F.W0 64        | V H W      |     | avx           | -zp
    vpcmpgtb         | VEX.256.66.0F.W0 64        | V H W      |     | avx2          | -zp
    vpcmpgtw         | VEX.128.66.0F.W0 65        | V H W      |     | avx           | -zp
    vpcmpgtw         | VEX.256.66.0F.W0 65        | V H W      |     | avx2          | -zp
    vpcmpgtd         | VEX.128.66.0F.W0 66        | V H W      |     | avx           | -zp
    vpcmpgtd         | VEX.256.66.0F.W0 66        | V H W      |     | avx2          | -zp
    vpackuswb        | VEX.128.66.0F.W0 67        | V H W      |     | avx           | -zp
    vpackuswb        | VEX.256.66.0F.W0 67        | V H W      |     | avx2          | -zp
    vpunpckhbw       | VEX.128.66.0F.W0 68        | V H W      |     | avx           | -zp
    vpunpckhbw       | VEX.256.66.0F.W0 68        | V H W      |     | avx2          | -zp
    vpunpckhwd       | VEX.128.66.0F.W0 69        | V H W      |     | avx           | -zp
    vpunpckhwd       | VEX.256.66.0F.W0 69        | V H W      |     | avx2          | -zp
    vpunpckhdq       | VEX.128.66.0F.W0 6A        | V H W      |     | avx           | -zp
    vpunpckhdq       | VEX.256.66.0F.W0 6A        | V H W      |     | avx2          | -zp
    vpackssdw        | VEX.128.66.0F.W0 6B        | V H W      |     | avx           | -zp
    vpackssdw        | VEX.256.66.0F.W0 6B        | V H W      |     | avx2          | -zp
    vpcmpeqb         | VEX.128.66.0F.W0 74        | V H W      |     | avx           | -zp
    vpcmpeqb         | VEX.256.66.0F.W0 74        | V H W      |     | avx2          | -zp
    vpcmpeqw         | VEX.128.66.0F.W0 75        | V H W      |     | avx           | -zp
    vpcmpeqw         | VEX.256.66.0F.W0 75        | V H W      |     | avx2          | -zp
    vpcmpeqd         | VEX.128.66.0F.W0 76        | V H W      |     | avx           | -zp
    vpcmpeqd         | VEX.256.66.0F.W0 76        | V H W      |     | avx2          | -zp
    vpsrlw           | VEX.128.66.0F.W0 D1        | V H W      |     | avx           | -zp
    vpsrlw           | VEX.256.66.0F.W0 D1        | V H W      |     | avx2          | -zp
    vpsrld           | VEX.128.66.0F.W0 D2        | V H W      |     | avx           | -zp
    vpsrld           | VEX.256.66.0F.W0 D2        | V H W      |     | avx2          | -zp
    vpsrlq           | VEX.128.66.0F.W0 D3        | V H W      |     | avx           | -zp
    vpsrlq           | VEX.256.66.0F.W0 D3        | V H W      |     | avx2          | -zp
    vpaddq           | VEX.128.66.0F.W0 D4        | V H W      |     | avx           | -zp
    vpaddq           | VEX.256.66.0F.W0 D4        | V H W      |     | avx2          | -zp
    vpmullw          | VEX.128.66.0F.W0 D5        | V H W      |     | avx           | -zp
    vpmullw          | VEX.256.66.0F.W0 D5        | V H W      |     | avx2          | -zp
    vpsubusb         | VEX.128.66.0F.W0 D8        | V H W      |     | avx           | -zp
    vpsubusb         | VEX.256.66.0F.W0 D8        | V H W      |     | avx2          | -zp
    vpsubusw         | VEX.128.66.0F.W0 D9        | V H W      |     | avx           | -zp
    vpsubusw         | VEX.256.66.0F.W0 D9        | V H W      |     | avx2          | -zp
    vpminub          | VEX.128.66.0F.W0 DA        | V H W      |     | avx           | -zp
    vpminub          | VEX.256.66.0F.W0 DA        | V H W      |     | avx2          | -zp
    vpand            | VEX.128.66.0F.W0 DB        | V H W      |     | avx           | -zp
    vpand            | VEX.256.66.0F.W0 DB        | V H W      |     | avx2          | -zp
    vpaddusb         | VEX.128.66.0F.W0 DC        | V H W      |     | avx           | -zp
    vpaddusb         | VEX.256.66.0F.W0 DC        | V H W      |     | avx2          | -zp
    vpaddusw         | VEX.128.66.0F.W0 DD        | V H W      |     | avx           | -zp
    vpaddusw         | VEX.256.66.0F.W0 DD        | V H W      |     | avx2          | -zp
    vpmaxub          | VEX.128.66.0F.W0 DE        | V H W      |     | avx           | -zp
    vpmaxub          | VEX.256.66.0F.W0 DE        | V H W      |     | avx2          | -zp
    vpandn           | VEX.128.66.0F.W0 DF        | V H W      |     | avx           | -zp
    vpandn           | VEX.256.66.0F.W0 DF        | V H W      |     | avx2          | -zp
    vpavgb           | VEX.128.66.0F.W0 E0        | V H W      |     | avx           | -zp
    vpavgb           | VEX.256.66.0F.W0 E0        | V H W      |     | avx2          | -zp
    vpsraw           | VEX.128.66.0F.W0 E1        | V H W      |     | avx           | -zp
    vpsraw           | VEX.256.66.0F.W0 E1        | V H W      |     | avx2          | -zp
    vpsrad           | VEX.128.66.0F.W0 E2        | V H W      |     | avx           | -zp
    vpsrad           | VEX.256.66.0F.W0 E2        | V H W      |     | avx2          | -zp
    vpavgw           | VEX.128.66.0F.W0 E3        | V H W      |     | avx           | -zp
    vpavgw           | VEX.256.66.0F.W0 E3        | V H W      |     | avx2          | -zp
    vpmulhuw         | VEX.128.66.0F.W0 E4        | V H W      |     | avx           | -zp
    vpmulhuw         | VEX.256.66.0F.W0 E4        | V H W      |     | avx2          | -zp
    vpmulhw          | VEX.128.66.0F.W0 E5        | V H W      |     | avx           | -zp
    vpmulhw          | VEX.256.66.0F.W0 E5        | V H W      |     | avx2          | -zp
    vpsubsb          | VEX.128.66.0F.W0 E8        | V H W      |     | avx           | -zp
    vpsubsb          | VEX.256.66.0F.W0 E8        | V H W      |     | avx2          | -zp
    vpsubsw          | VEX.128.66.0F.W0 E9        | V H W      |     | avx           | -zp
    vpsubsw          | VEX.256.66.0F.W0 E9        | V H W      |     | avx2          | -zp
    vpminsw          | VEX.128.66.0F.W0 EA        | V H W      |     | avx           | -zp
    vpminsw          | VEX.256.66.0F.W0 EA        | V H W      |     | avx2          | -zp
    vpor             | VEX.128.66.0F.W0 EB        | V H W      |     | avx           | -zp
    vpor             | VEX.256.66.0F.W0 EB        | V H W      |     | avx2          | -zp
    vpaddsb          | VEX.128.66.0F.W0 EC        | V H W      |     | avx           | -zp
    vpaddsb          | VEX.256.66.0F.W0 EC        | V H W      |     | avx2          | -zp
    vpaddsw          | VEX.128.66.0F.W0 ED        | V H W      |     | avx           | -zp
    vpaddsw          | VEX.256.66.0F.W0 ED        | V H W      |     | avx2          | -zp
    vpmaxsw          | VEX.128.66.0F.W0 EE        | V H W      |     | avx           | -zp
    vpmaxsw          | VEX.256.66.0F.W0 EE        | V H W      |     | avx2          | -zp
    vpxor            | VEX.128.66.0F.W0 EF        | V H W      |     | avx           | -zp
    vpxor            | VEX.256.66.0F.W0 EF        | V H W      |     | avx2          | -zp
    vpsllw           | VEX.128.66.0F.W0 F1        | V H W      |     | avx           | -zp
    vpsllw           | VEX.256.66.0F.W0 F1        | V H W      |     | avx2          | -zp
    vpslld           | VEX.128.66.0F.W0 F2        | V H W      |     | avx           | -zp
    vpslld           | VEX.256.66.0F.W0 F2        | V H W      |     | avx2          | -zp
    vpsllq           | VEX.128.66.0F.W0 F3        | V H W      |     | avx           | -zp
    vpsllq           | VEX.256.66.0F.W0 F3        | V H W      |     | avx2          | -zp
    vpmuludq         | VEX.128.66.0F.W0 F4        | V H W      |     | avx           | -zp
    vpmuludq         | VEX.256.66.0F.W0 F4        | V H W      |     | avx2          | -zp
    vpmaddwd         | VEX.128.66.0F.W0 F5        | V H W      |     | avx           | -zp
    vpmaddwd         | VEX.256.66.0F.W0 F5        | V H W      |     | avx2          | -zp
    vpsadbw          | VEX.128.66.0F.W0 F6        | V H W      |     | avx           | -zp
    vpsadbw          | VEX.256.66.0F.W0 F6        | V H W      |     | avx2          | -zp
    vpsubb           | VEX.128.66.0F.W0 F8        | V H W      |     | avx           | -zp
    vpsubb           | VEX.256.66.0F.W0 F8        | V H W      |     | avx2          | -zp
    vpsubw           | VEX.128.66.0F.W0 F9        | V H W      |     | avx           | -zp
    vpsubw           | VEX.256.66.0F.W0 F9        | V H W      |     | avx2          | -zp
    vpsubd           | VEX.128.66.0F.W0 FA        | V H W      |     | avx           | -zp
    vpsubd           | VEX.256.66.0F.W0 FA        | V H W      |     | avx2          | -zp
    vpsubq           | VEX.128.66.0F.W0 FB        | V H W      |     | avx           | -zp
    vpsubq           | VEX.256.66.0F.W0 FB        | V H W      |     | avx2          | -zp
    vpaddb           | VEX.128.66.0F.W0 FC        | V H W      |     | avx           | -zp
    vpaddb           | VEX.256.66.0F.W0 FC        | V H W      |     | avx2          | -zp
    vpaddw           | VEX.128.66.0F.W0 FD        | V H W      |     | avx           | -zp
    vpaddw           | VEX.256.66.0F.W0 FD        | V H W      |     | avx2          | -zp
    vpaddd           | VEX.128.66.0F.W0 FE        | V H W      |     | avx           | -zp
    vpaddd           | VEX.256.66.0F.W0 FE        | V H W      |     | avx2          | -zp
    vpunpcklqdq      | VEX.128.66.0F.W0 6C        | V H W      |     | avx           | -zp
    vpunpcklqdq      | VEX.256.66.0F.W0 6C        | V H W      |     | avx2          | -zp
    vpunpckhqdq      | VEX.128.66.0F.W0 6D        | V H W      |     | avx           | -zp
    vpunpckhqdq      | VEX.256.66.0F.W0 6D        | V H W      |     | avx2          | -zp
    vpsrlw           | VEX.128.66.0F.W0 71 /2 reg | H W Ib     |     | avx           | -zp
    vpsrlw           | VEX.256.66.0F.W0 71 /2 reg | H W Ib     |     | avx2          | -zp
    vpsraw           | VEX.128.66.0F.W0 71 /4 reg | H W Ib     |     | avx           | -zp
    vpsraw           | VEX.256.66.0F.W0 71 /4 reg | H W Ib     |     | avx2          | -zp
    vpsllw           | VEX.128.66.0F.W0 71 /6 reg | H W Ib     |     | avx           | -zp
    vpsllw           | VEX.256.66.0F.W0 71 /6 reg | H W Ib     |     | avx2          | -zp
    vpsrld           | VEX.128.66.0F.W0 72 /2 reg | H W Ib     |     | avx           | -zp
    vpsrld           | VEX.256.66.0F.W0 72 /2 reg | H W Ib     |     | avx2          | -zp
    vpsrad           | VEX.128.66.0F.W0 72 /4 reg | H W Ib     |     | avx           | -zp
    vpsrad           | VEX.256.66.0F.W0 72 /4 reg | H W Ib     |     | avx2          | -zp
    vpslld           | VEX.128.66.0F.W0 72 /6 reg | H W Ib     |     | avx           | -zp
    vpslld           | VEX.256.66.0F.W0 72 /6 reg | H W Ib     |     | avx2          | -zp
    vpsrlq           | VEX.128.66.0F.W0 73 /2 reg | H W Ib     |     | avx           | -zp
    vpsrlq           | VEX.256.66.0F.W0 73 /2 reg | H W Ib     |     | avx2          | -zp
    vpsrldq          | VEX.128.66.0F.W0 73 /3 reg | H W Ib     |     | avx           | -zp
    vpsrldq          | VEX.256.66.0F.W0 73 /3 reg | H W Ib     |     | avx2          | -zp
    vpsllq           | VEX.128.66.0F.W0 73 /6 reg | H W Ib     |     | avx           | -zp
    vpsllq           | VEX.256.66.0F.W0 73 /6 reg | H W Ib     |     | avx2          | -zp
    vpslldq          | VEX.128.66.0F.W0 73 /7 reg | H W Ib     |     | avx           | -zp
    vpslldq          | VEX.256.66.0F.W0 73 /7 reg | H W Ib     |     | avx2          | -zp
    vpshufd          | VEX.128.66.0F.W0 70        | V W Ib     |     | avx           | -zp
    vpshufd          | VEX.256.66.0F.W0 70        | V W Ib     |     | avx2          | -zp
    vpshufhw         | VEX.128.F3.0F.W0 70        | V W Ib     |     | avx           | -zp
    vpshufhw         | VEX.256.F3.0F.W0 70        | V W Ib     |     | avx2          | -zp
    vpshuflw         | VEX.128.F2.0F.W0 70        | V W Ib     |     | avx           | -zp
    vpshuflw         | VEX.256.F2.0F.W0 70        | V W Ib     |     | avx2          | -zp
    vmovd            | VEX.128.66.0F.W0 6E        | V Ed       |     | avx           | -zp
    vmovq            | VEX.128.66.0F.W1 6E        | V Eq       |     | avx           | -zp
    vmovd            | VEX.128.66.0F.W0 7E        | >Ed V      | zx  | avx           | -zp
    vmovq            | VEX.128.66.0F.W1 7E        | >Eq V      |     | avx           | -zp
    vmovq            | VEX.128.F3.0F.W0 7E        | V W        |     | avx           | -zp
    vmovq            | VEX.128.66.0F.W0 D6        | W V        |     | avx           | -zp
    vmovdqa          | VEX.any.66.0F.W0 6F        | V W        |     | avx           | -zp
    vmovdqa          | VEX.any.66.0F.W0 7F        | W V        |     | avx           | -zp
    vmovdqu          | VEX.any.F3.0F.W0 6F        | V W        |     | avx           | -zp
    vmovdqu          | VEX.any.F3.0F.W0 7F        | W V        |     | avx           | -zp
    vzeroupper       | VEX.128.NP.0F.W0 77        |            |     | avx           | -zp
    vzeroall         | VEX.256.NP.0F.W0 77        |            |     | avx           | -zp
    vhaddpd          | VEX.any.66.0F.W0 7C        | V H W      |     | avx           | -zp
    vhsubpd          | VEX.any.66.0F.W0 7D        | V H W      |     | avx           | -zp
    vaddsubpd        | VEX.any.66.0F.W0 D0        | V H W      |     | avx           | -zp
    vhaddps          | VEX.any.F2.0F.W0 7C        | V H W      |     | avx           | -zp
    vhsubps          | VEX.any.F2.0F.W0 7D        | V H W      |     | avx           | -zp
    vaddsubps        | VEX.any.F2.0F.W0 D0        | V H W      |     | avx           | -zp
    vldmxcsr         | VEX.128.NP.0F.W0 AE /2 mem | M          |     | avx           | -zp
    vstmxcsr         | VEX.128.NP.0F.W0 AE /3 mem | M          |     | avx           | -zp
    vcmpps           | VEX.any.NP.0F.W0 C2        | V H W Ib   |     | avx           | -zp
    vcmppd           | VEX.any.66.0F.W0 C2        | V H W Ib   |     | avx           | -zp
    vcmpss           | VEX.128.F3.0F.W0 C2        | V H W Ib   |     | avx           | -zp
    vcmpsd           | VEX.128.F2.0F.W0 C2        | V H W Ib   |     | avx           | -zp
    vshufps          | VEX.any.NP.0F.W0 C6        | V H W Ib   |     | avx           | -zp
    vshufpd          | VEX.any.66.0F.W0 C6        | V H W Ib   |     | avx           | -zp
    vpinsrw          | VEX.128.66.0F.W0 C4        | V H Ed Ib  |     | avx           | -zp
    vpextrw          | VEX.128.66.0F.W0 C5 reg    | >Gd W Ib   |     | avx           | -zp
    vpmovmskb        | VEX.128.66.0F.W0 D7 reg    | >Gd W      |     | avx           | -zp
    vpmovmskb        | VEX.256.66.0F.W0 D7 reg    | >Gd W      |     | avx2          | -zp
    vcvttpd2dq       | VEX.any.66.0F.W0 E6        | V W        |     | avx           | -zp
    vcvtdq2pd        | VEX.any.F3.0F.W0 E6        | V W        |     | avx           | -zp
    vcvtpd2dq        | VEX.any.F2.0F.W0 E6        | V W        |     | avx           | -zp
    vlddqu           | VEX.any.F2.0F.W0 F0 mem    | V M        |     | avx           | -zp
    vmaskmovdqu      | VEX.128.66.0F.W0 F7 reg    | V W        | rdi | avx           | -zp
    vpshufb          | VEX.128.66.0F38.W0 00      | V H W      |     | avx           | -zp
    vpshufb          | VEX.256.66.0F38.W0 00      | V H W      |     | avx2          | -zp
    vphaddw          | VEX.128.66.0F38.W0 01      | V H W      |     | avx           | -zp
    vphaddw          | VEX.256.66.0F38.W0 01      | V H W      |     | avx2          | -zp
    vphaddd          | VEX.128.66.0F38.W0 02      | V H W      |     | avx           | -zp
    vphaddd          | VEX.256.66.0F38.W0 02      | V H W      |     | avx2          | -zp
    vphaddsw         | VEX.128.66.0F38.W0 03      | V H W      |     | avx           | -zp
    vphaddsw         | VEX.256.66.0F38.W0 03      | V H W      |     | avx2          | -zp
    vpmaddubsw       | VEX.128.66.0F38.W0 04      | V H W      |     | avx           | -zp
    vpmaddubsw       | VEX.256.66.0F38.W0 04      | V H W      |     | avx2          | -zp
    vphsubw          | VEX.128.66.0F38.W0 05      | V H W      |     | avx           | -zp
    vphsubw          | VEX.256.66.0F38.W0 05      | V H W      |     | avx2          | -zp
    vphsubd          | VEX.128.66.0F38.W0 06      | V H W      |     | avx           | -zp
    vphsubd          | VEX.256.66.0F38.W0 06      | V H W      |     | avx2          | -zp
    vphsubsw         | VEX.128.66.0F38.W0 07      | V H W      |     | avx           | -zp
    vphsubsw         | VEX.256.66.0F38.W0 07      | V H W      |     | avx2          | -zp
    vpsignb          | VEX.128.66.0F38.W0 08      | V H W      |     | avx           | -zp
    vpsignb          | VEX.256.66.0F38.W0 08      | V H W      |     | avx2          | -zp
    vpsignw          | VEX.128.66.0F38.W0 09      | V H W      |     | avx           | -zp
    vpsignw          | VEX.256.66.0F38.W0 09      | V H W      |     | avx2          | -zp
    vpsignd          | VEX.128.66.0F38.W0 0A      | V H W      |     | avx           | -zp
    vpsignd          | VEX.256.66.0F38.W0 0A      | V H W      |     | avx2          | -zp
    vpmulhrsw        | VEX.128.66.0F38.W0 0B      | V H W      |     | avx           | -zp
    vpmulhrsw        | VEX.256.66.0F38.W0 0B      | V H W      |     | avx2          | -zp
    vpabsb           | VEX.128.66.0F38.W0 1C      | V W        |     | avx           | -zp
    vpabsb           | VEX.256.66.0F38.W0 1C      | V W        |     | avx2          | -zp
    vpabsw           | VEX.128.66.0F38.W0 1D      | V W        |     | avx           | -zp
    vpabsw           | VEX.256.66.0F38.W0 1D      | V W        |     | avx2          | -zp
    vpabsd           | VEX.128.66.0F38.W0 1E      | V W        |     | avx           | -zp
    vpabsd           | VEX.256.66.0F38.W0 1E      | V W        |     | avx2          | -zp
    vpermilps        | VEX.any.66.0F38.W0 0C      | V H W      |     | avx           | -zp
    vpermilpd        | VEX.any.66.0F38.W0 0D      | V H W      |     | avx           | -zp
    vtestps          | VEX.any.66.0F38.W0 0E      | V W        |     | avx           | -zp
    vtestpd          | VEX.any.66.0F38.W0 0F      | V W        |     | avx           | -zp
    vcvtph2ps        | VEX.any.66.0F38.W0 13      | V W        |     | f16c          | -zp
    vpermps          | VEX.256.66.0F38.W0 16      | V H W      |     | avx2          | -zp
    vptest           | VEX.any.66.0F38.W0 17      | V W        |     | avx           | -zp
    vbroadcastss     | VEX.any.66.0F38.W0 18 mem  | V M        |     | avx           | -zp
    vbroadcastss     | VEX.any.66.0F38.W0 18 reg  | V W        |     | avx2          | -zp
    vbroadcastsd     | VEX.256.66.0F38.W0 19 mem  | V M        |     | avx           | -zp
    vbroadcastsd     | VEX.256.66.0F38.W0 19 reg  | V W        |     | avx2          | -zp
    vbroadcastf128   | VEX.256.66.0F38.W0 1A mem  | V M        |     | avx           | -zp
    vpmovsxbw        | VEX.128.66.0F38.W0 20      | V W        |     | avx           | -zp
    vpmovsxbw        | VEX.256.66.0F38.W0 20      | V W        |     | avx2          | -zp
    vpmovsxbd        | VEX.128.66.0F38.W0 21      | V W        |     | avx           | -zp
    vpmovsxbd        | VEX.256.66.0F38.W0 21      | V W        |     | avx2          | -zp
    vpmovsxbq        | VEX.128.66.0F38.W0 22      | V W        |     | avx           | -zp
    vpmovsxbq        | VEX.256.66.0F38.W0 22      | V W        |     | avx2          | -zp
    vpmovsxwd        | VEX.128.66.0F38.W0 23      | V W        |     | avx           | -zp
    vpmovsxwd        | VEX.256.66.0F38.W0 23      | V W        |     | avx2          | -zp
    vpmovsxwq        | VEX.128.66.0F38.W0 24      | V W        |     | avx           | -zp
    vpmovsxwq        | VEX.256.66.0F38.W0 24      | V W        |     | avx2          | -zp
    vpmovsxdq        | VEX.128.66.0F38.W0 25      | V W        |     | avx           | -zp
    vpmovsxdq        | VEX.256.66.0F38.W0 25      | V W        |     | avx2          | -zp
    vpmovzxbw        | VEX.128.66.0F38.W0 30      | V W        |     | avx           | -zp
    vpmovzxbw        | VEX.256.66.0F38.W0 30      | V W        |     | avx2          | -zp
    vpmovzxbd        | VEX.128.66.0F38.W0 31      | V W        |     | avx           | -zp
    vpmovzxbd        | VEX.256.66.0F38.W0 31      | V W        |     | avx2          | -zp
    vpmovzxbq        | VEX.128.66.0F38.W0 32      | V W        |     | avx           | -zp
    vpmovzxbq        | VEX.256.66.0F38.W0 32      | V W        |     | avx2          | -zp
    vpmovzxwd        | VEX.128.66.0F38.W0 33      | V W        |     | avx           | -zp
    vpmovzxwd        | VEX.256.66.0F38.W0 33      | V W        |     | avx2          | -zp
    vpmovzxwq        | VEX.128.66.0F38.W0 34      | V W        |     | avx           | -zp
    vpmovzxwq        | VEX.256.66.0F38.W0 34      | V W        |     | avx2          | -zp
    vpmovzxdq        | VEX.128.66.0F38.W0 35      | V W        |     | avx           | -zp
    vpmovzxdq        | VEX.256.66.0F38.W0 35      | V W        |     | avx2          | -zp
    vpmuldq          | VEX.128.66.0F38.W0 28      | V H W      |     | avx           | -zp
    vpmuldq          | VEX.256.66.0F38.W0 28      | V H W      |     | avx2          | -zp
    vpcmpeqq         | VEX.128.66.0F38.W0 29      | V H W      |     | avx           | -zp
    vpcmpeqq         | VEX.256.66.0F38.W0 29      | V H W      |     | avx2          | -zp
    vpackusdw        | VEX.128.66.0F38.W0 2B      | V H W      |     | avx           | -zp
    vpackusdw        | VEX.256.66.0F38.W0 2B      | V H W      |     | avx2          | -zp
    vpcmpgtq         | VEX.128.66.0F38.W0 37      | V H W      |     | avx           | -zp
    vpcmpgtq         | VEX.256.66.0F38.W0 37      | V H W      |     | avx2          | -zp
    vpminsb          | VEX.128.66.0F38.W0 38      | V H W      |     | avx           | -zp
    vpminsb          | VEX.256.66.0F38.W0 38      | V H W      |     | avx2          | -zp
    vpminsd          | VEX.128.66.0F38.W0 39      | V H W      |     | avx           | -zp
    vpminsd          | VEX.256.66.0F38.W0 39      | V H W      |     | avx2          | -zp
    vpminuw          | VEX.128.66.0F38.W0 3A      | V H W      |     | avx           | -zp
    vpminuw          | VEX.256.66.0F38.W0 3A      | V H W      |     | avx2          | -zp
    vpminud          | VEX.128.66.0F38.W0 3B      | V H W      |     | avx           | -zp
    vpminud          | VEX.256.66.0F38.W0 3B      | V H W      |     | avx2          | -zp
    vpmaxsb          | VEX.128.66.0F38.W0 3C      | V H W      |     | avx           | -zp
    vpmaxsb          | VEX.256.66.0F38.W0 3C      | V H W      |     | avx2          | -zp
    vpmaxsd          | VEX.128.66.0F38.W0 3D      | V H W      |     | avx           | -zp
    vpmaxsd          | VEX.256.66.0F38.W0 3D      | V H W      |     | avx2          | -zp
    vpmaxuw          | VEX.128.66.0F38.W0 3E      | V H W      |     | avx           | -zp
    vpmaxuw          | VEX.256.66.0F38.W0 3E      | V H W      |     | avx2          | -zp
    vpmaxud          | VEX.128.66.0F38.W0 3F      | V H W      |     | avx           | -zp
    vpmaxud          | VEX.256.66.0F38.W0 3F      | V H W      |     | avx2          | -zp
    vpmulld          | VEX.128.66.0F38.W0 40      | V H W      |     | avx           | -zp
    vpmulld          | VEX.256.66.0F38.W0 40      | V H W      |     | avx2          | -zp
    vmovntdqa        | VEX.128.66.0F38.W0 2A mem  | V M        |     | avx           | -zp
    vmovntdqa        | VEX.256.66.0F38.W0 2A mem  | V M        |     | avx2          | -zp
    vphminposuw      | VEX.128.66.0F38.W0 41      | V W        |     | avx           | -zp
    vmaskmovps       | VEX.any.66.0F38.W0 2C mem  | V H M      |     | avx           | -zp
    vmaskmovps       | VEX.any.66.0F38.W0 2E mem  | M H V      |     | avx           | -zp
    vmaskmovpd       | VEX.any.66.0F38.W0 2D mem  | V H M      |     | avx           | -zp
    vmaskmovpd       | VEX.any.66.0F38.W0 2F mem  | M H V      |     | avx           | -zp
    vpermd           | VEX.256.66.0F38.W0 36      | V H W      |     | avx2          | -zp
    vpsrlvd          | VEX.any.66.0F38.W0 45      | V H W      |     | avx2          | -zp
    vpsllvd          | VEX.any.66.0F38.W0 47      | V H W      |     | avx2          | -zp
    vpmaskmovd       | VEX.any.66.0F38.W0 8C mem  | V H M      |     | avx2          | -zp
    vpmaskmovd       | VEX.any.66.0F38.W0 8E mem  | M H V      |     | avx2          | -zp
    vpsrlvq          | VEX.any.66.0F38.W1 45      | V H W      |     | avx2          | -zp
    vpsllvq          | VEX.any.66.0F38.W1 47      | V H W      |     | avx2          | -zp
    vpmaskmovq       | VEX.any.66.0F38.W1 8C mem  | V H M      |     | avx2          | -zp
    vpmaskmovq       | VEX.any.66.0F38.W1 8E mem  | M H V      |     | avx2          | -zp
    vpsravd          | VEX.any.66.0F38.W0 46      | V H W      |     | avx2          | -zp
    vpbroadcastd     | VEX.any.66.0F38.W0 58      | V W        |     | avx2          | -zp
    vpbroadcastq     | VEX.any.66.0F38.W0 59      | V W        |     | avx2          | -zp
    vpbroadcastb     | VEX.any.66.0F38.W0 78      | V W        |     | avx2          | -zp
    vpbroadcastw     | VEX.any.66.0F38.W0 79      | V W        |     | avx2          | -zp
    vbroadcasti128   | VEX.256.66.0F38.W0 5A mem  | V M        |     | avx2          | -zp
    vfmaddsub132ps   | VEX.any.66.0F38.W0 96      | V H W      |     | fma           | -zp
    vfmaddsub132pd   | VEX.any.66.0F38.W1 96      | V H W      |     | fma           | -zp
    vfmsubadd132ps   | VEX.any.66.0F38.W0 97      | V H W      |     | fma           | -zp
    vfmsubadd132pd   | VEX.any.66.0F38.W1 97      | V H W      |     | fma           | -zp
    vfmadd132ps      | VEX.any.66.0F38.W0 98      | V H W      |     | fma           | -zp
    vfmadd132pd      | VEX.any.66.0F38.W1 98      | V H W      |     | fma           | -zp
    vfmadd132ss      | VEX.128.66.0F38.W0 99      | V H W      |     | fma           | -zp
    vfmadd132sd      | VEX.128.66.0F38.W1 99      | V H W      |     | fma           | -zp
    vfmsub132ps      | VEX.any.66.0F38.W0 9A      | V H W      |     | fma           | -zp
    vfmsub132pd      | VEX.any.66.0F38.W1 9A      | V H W      |     | fma           | -zp
    vfmsub132ss      | VEX.128.66.0F38.W0 9B      | V H W      |     | fma           | -zp
    vfmsub132sd      | VEX.128.66.0F38.W1 9B      | V H W      |     | fma           | -zp
    vfnmadd132ps     | VEX.any.66.0F38.W0 9C      | V H W      |     | fma           | -zp
    vfnmadd132pd     | VEX.any.66.0F38.W1 9C      | V H W      |     | fma           | -zp
    vfnmadd132ss     | VEX.128.66.0F38.W0 9D      | V H W      |     | fma           | -zp
    vfnmadd132sd     | VEX.128.66.0F38.W1 9D      | V H W      |     | fma           | -zp
    vfnmsub132ps     | VEX.any.66.0F38.W0 9E      | V H W      |     | fma           | -zp
    vfnmsub132pd     | VEX.any.66.0F38.W1 9E      | V H W      |     | fma           | -zp
    vfnmsub132ss     | VEX.128.66.0F38.W0 9F      | V H W      |     | fma           | -zp
    vfnmsub132sd     | VEX.128.66.0F38.W1 9F      | V H W      |     | fma           | -zp
    vfmaddsub213ps   | VEX.any.66.0F38.W0 A6      | V H W      |     | fma           | -zp
    vfmaddsub213pd   | VEX.any.66.0F38.W1 A6      | V H W      |     | fma           | -zp
    vfmsubadd213ps   | VEX.any.66.0F38.W0 A7      | V H W      |     | fma           | -zp
    vfmsubadd213pd   | VEX.any.66.0F38.W1 A7      | V H W      |     | fma           | -zp
    vfmadd213ps      | VEX.any.66.0F38.W0 A8      | V H W      |     | fma           | -zp
    vfmadd213pd      | VEX.any.66.0F38.W1 A8      | V H W      |     | fma           | -zp
    vfmadd213ss      | VEX.128.66.0F38.W0 A9      | V H W      |     | fma           | -zp
    vfmadd213sd      | VEX.128.66.0F38.W1 A9      | V H W      |     | fma           | -zp
    vfmsub213ps      | VEX.any.66.0F38.W0 AA      | V H W      |     | fma           | -zp
    vfmsub213pd      | VEX.any.66.0F38.W1 AA      | V H W      |     | fma           | -zp
    vfmsub213ss      | VEX.128.66.0F38.W0 AB      | V H W      |     | fma           | -zp
    vfmsub213sd      | VEX.128.66.0F38.W1 AB      | V H W      |     | fma           | -zp
    vfnmadd213ps     | VEX.any.66.0F38.W0 AC      | V H W      |     | fma           | -zp
    vfnmadd213pd     | VEX.any.66.0F38.W1 AC      | V H W      |     | fma           | -zp
    vfnmadd213ss     | VEX.128.66.0F38.W0 AD      | V H W      |     | fma           | -zp
    vfnmadd213sd     | VEX.128.66.0F38.W1 AD      | V H W      |     | fma           | -zp
    vfnmsub213ps     | VEX.any.66.0F38.W0 AE      | V H W      |     | fma           | -zp
    vfnmsub213pd     | VEX.any.66.0F38.W1 AE      | V H W      |     | fma           | -zp
    vfnmsub213ss     | VEX.128.66.0F38.W0 AF      | V H W      |     | fma           | -zp
    vfnmsub213sd     | VEX.128.66.0F38.W1 AF      | V H W      |     | fma           | -zp
    vfmaddsub231ps   | VEX.any.66.0F38.W0 B6      | V H W      |     | fma           | -zp
    vfmaddsub231pd   | VEX.any.66.0F38.W1 B6      | V H W      |     | fma           | -zp
    vfmsubadd231ps   | VEX.any.66.0F38.W0 B7      | V H W      |     | fma           | -zp
    vfmsubadd231pd   | VEX.any.66.0F38.W1 B7      | V H W      |     | fma           | -zp
    vfmadd231ps      | VEX.any.66.0F38.W0 B8      | V H W      |     | fma           | -zp
    vfmadd231pd      | VEX.any.66.0F38.W1 B8      | V H W      |     | fma           | -zp
    vfmadd231ss      | VEX.128.66.0F38.W0 B9      | V H W      |     | fma           | -zp
    vfmadd231sd      | VEX.128.66.0F38.W1 B9      | V H W      |     | fma           | -zp
    vfmsub231ps      | VEX.any.66.0F38.W0 BA      | V H W      |     | fma           | -zp
    vfmsub231pd      | VEX.any.66.0F38.W1 BA      | V H W      |     | fma           | -zp
    vfmsub231ss      | VEX.128.66.0F38.W0 BB      | V H W      |     | fma           | -zp
    vfmsub231sd      | VEX.128.66.0F38.W1 BB      | V H W      |     | fma           | -zp
    vfnmadd231ps     | VEX.any.66.0F38.W0 BC      | V H W      |     | fma           | -zp
    vfnmadd231pd     | VEX.any.66.0F38.W1 BC      | V H W      |     | fma           | -zp
    vfnmadd231ss     | VEX.128.66.0F38.W0 BD      | V H W      |     | fma           | -zp
    vfnmadd231sd     | VEX.128.66.0F38.W1 BD      | V H W      |     | fma           | -zp
    vfnmsub231ps     | VEX.any.66.0F38.W0 BE      | V H W      |     | fma           | -zp
    vfnmsub231pd     | VEX.any.66.0F38.W1 BE      | V H W      |     | fma           | -zp
    vfnmsub231ss     | VEX.128.66.0F38.W0 BF      | V H W      |     | fma           | -zp
    vfnmsub231sd     | VEX.128.66.0F38.W1 BF      | V H W      |     | fma           | -zp
    vaesimc          | VEX.128.66.0F38.W0 DB      | V W        |     | aes+avx       | -zp
    vaesenc          | VEX.128.66.0F38.W0 DC      | V H W      |     | aes+avx       | -zp
    vaesenclast      | VEX.128.66.0F38.W0 DD      | V H W      |     | aes+avx       | -zp
    vaesdec          | VEX.128.66.0F38.W0 DE      | V H W      |     | aes+avx       | -zp
    vaesdeclast      | VEX.128.66.0F38.W0 DF      | V H W      |     | aes+avx       | -zp
    vpermq           | VEX.256.66.0F3A.W1 00      | V W Ib     |     | avx2          | -zp
    vpermpd          | VEX.256.66.0F3A.W1 01      | V W Ib     |     | avx2          | -zp
    vpblendd         | VEX.any.66.0F3A.W0 02      | V H W Ib   |     | avx2          | -zp
    vpermilps        | VEX.any.66.0F3A.W0 04      | V W Ib     |     | avx           | -zp
    vpermilpd        | VEX.any.66.0F3A.W0 05      | V W Ib     |     | avx           | -zp
    vperm2f128       | VEX.256.66.0F3A.W0 06      | V H W Ib   |     | avx           | -zp
    vroundps         | VEX.any.66.0F3A.W0 08      | V W Ib     |     | avx           | -zp
    vroundpd         | VEX.any.66.0F3A.W0 09      | V W Ib     |     | avx           | -zp
    vroundss         | VEX.128.66.0F3A.W0 0A      | V H W Ib   |     | avx           | -zp
    vroundsd         | VEX.128.66.0F3A.W0 0B      | V H W Ib   |     | avx           | -zp
    vblendps         | VEX.any.66.0F3A.W0 0C      | V H W Ib   |     | avx           | -zp
    vblendpd         | VEX.any.66.0F3A.W0 0D      | V H W Ib   |     | avx           | -zp
    vpblendw         | VEX.128.66.0F3A.W0 0E      | V H W Ib   |     | avx           | -zp
    vpblendw         | VEX.256.66.0F3A.W0 0E      | V H W Ib   |     | avx2          | -zp
    vpalignr         | VEX.128.66.0F3A.W0 0F      | V H W Ib   |     | avx           | -zp
    vpalignr         | VEX.256.66.0F3A.W0 0F      | V H W Ib   |     | avx2          | -zp
    vpextrb          | VEX.128.66.0F3A.W0 14      | >Ed V Ib   |     | avx           | -zp
    vpextrw          | VEX.128.66.0F3A.W0 15      | >Ed V Ib   |     | avx           | -zp
    vpextrd          | VEX.128.66.0F3A.W0 16      | >Ed V Ib   |     | avx           | -zp
    vpextrq          | VEX.128.66.0F3A.W1 16      | >Eq V Ib   |     | avx           | -zp
    vextractps       | VEX.128.66.0F3A.W0 17      | >Ed V Ib   |     | avx           | -zp
    vinsertf128      | VEX.256.66.0F3A.W0 18      | V H W Ib   |     | avx           | -zp
    vextractf128     | VEX.256.66.0F3A.W0 19      | W V Ib     |     | avx           | -zp
    vcvtps2ph        | VEX.any.66.0F3A.W0 1D      | W V Ib     |     | f16c          | -zp
    vpinsrb          | VEX.128.66.0F3A.W0 20      | V H Ed Ib  |     | avx           | -zp
    vinsertps        | VEX.128.66.0F3A.W0 21      | V H W Ib   |     | avx           | -zp
    vpinsrd          | VEX.128.66.0F3A.W0 22      | V H Ed Ib  |     | avx           | -zp
    vpinsrq          | VEX.128.66.0F3A.W1 22      | V H Eq Ib  |     | avx           | -zp
    vinserti128      | VEX.256.66.0F3A.W0 38      | V H W Ib   |     | avx2          | -zp
    vextracti128     | VEX.256.66.0F3A.W0 39      | W V Ib     |     | avx2          | -zp
    vdpps            | VEX.any.66.0F3A.W0 40      | V H W Ib   |     | avx           | -zp
    vdppd            | VEX.128.66.0F3A.W0 41      | V H W Ib   |     | avx           | -zp
    vmpsadbw         | VEX.128.66.0F3A.W0 42      | V H W Ib   |     | avx           | -zp
    vmpsadbw         | VEX.256.66.0F3A.W0 42      | V H W Ib   |     | avx2          | -zp
    vpclmulqdq       | VEX.128.66.0F3A.W0 44      | V H W Ib   |     | pclmulqdq+avx | -zp
    vperm2i128       | VEX.256.66.0F3A.W0 46      | V H W Ib   |     | avx2          | -zp
    # The last byte names a register in its high half: its low half must be zero
    vblendvps        | VEX.any.66.0F3A.W0 4A      | V H W L    |     | avx           | -zp
    vblendvpd        | VEX.any.66.0F3A.W0 4B      | V H W L    |     | avx           | -zp
    vpblendvb        | VEX.128.66.0F3A.W0 4C      | V H W L    |     | avx           | -zp
    vpblendvb        | VEX.256.66.0F3A.W0 4C      | V H W L    |     | avx2          | -zp
    vpcmpestrm       | VEX.128.66.0F3A.W0 60      | V W Ib     |     | avx           | -zp
    vpcmpestri       | VEX.128.66.0F3A.W0 61      | V W Ib     |     | avx           | -zp
    vpcmpistrm       | VEX.128.66.0F3A.W0 62      | V W Ib     |     | avx           | -zp
    vpcmpistri       | VEX.128.66.0F3A.W0 63      | V W Ib     |     | avx           | -zp
    vaeskeygenassist | VEX.128.66.0F3A.W0 DF      | V W Ib     |     | aes+avx       | -zp
    # BMI1 and BMI2. By: the general-purpose register in VEX.vvvv
    andn             | VEX.128.NP.0F38.W0 F2      | >Gd Bd Ed  |     | bmi1          | -zp
    blsr             | VEX.128.NP.0F38.W0 F3 /1   | >Bd Ed     |     | bmi1          | -zp
    blsmsk           | VEX.128.NP.0F38.W0 F3 /2   | >Bd Ed     |     | bmi1          | -zp
    blsi             | VEX.128.NP.0F38.W0 F3 /3   | >Bd Ed     |     | bmi1          | -zp
    bextr            | VEX.128.NP.0F38.W0 F7      | >Gd Ed Bd  |     | bmi1          | -zp
    bzhi             | VEX.128.NP.0F38.W0 F5      | >Gd Ed Bd  |     | bmi2          | -zp
    pext             | VEX.128.F3.0F38.W0 F5      | >Gd Bd Ed  |     | bmi2          | -zp
    pdep             | VEX.128.F2.0F38.W0 F5      | >Gd Bd Ed  |     | bmi2          | -zp
    mulx             | VEX.128.F2.0F38.W0 F6      | >Gd >Bd Ed |     | bmi2          | -zp
    shlx             | VEX.128.66.0F38.W0 F7      | >Gd Ed Bd  |     | bmi2          | -zp
    sarx             | VEX.128.F3.0F38.W0 F7      | >Gd Ed Bd  |     | bmi2          | -zp
    shrx             | VEX.128.F2.0F38.W0 F7      | >Gd Ed Bd  |     | bmi2          | -zp
    rorx             | VEX.128.F2.0F3A.W0 F0      | >Gd Ed Ib  |     | bmi2          | -zp
    andn             | VEX.128.NP.0F38.W1 F2      | >Gq Bq Eq  |     | bmi1          | -zp
    blsr             | VEX.128.NP.0F38.W1 F3 /1   | >Bq Eq     |     | bmi1          | -zp
    blsmsk           | VEX.128.NP.0F38.W1 F3 /2   | >Bq Eq     |     | bmi1          | -zp
    blsi             | VEX.128.NP.0F38.W1 F3 /3   | >Bq Eq     |     | bmi1          | -zp
    bextr            | VEX.128.NP.0F38.W1 F7      | >Gq Eq Bq  |     | bmi1          | -zp
    bzhi             | VEX.128.NP.0F38.W1 F5      | >Gq Eq Bq  |     | bmi2          | -zp
    pext             | VEX.128.F3.0F38.W1 F5      | >Gq Bq Eq  |     | bmi2          | -zp
    pdep             | VEX.128.F2.0F38.W1 F5      | >Gq Bq Eq  |     | bmi2          | -zp
    mulx             | VEX.128.F2.0F38.W1 F6      | >Gq >Bq Eq |     | bmi2          | -zp
    shlx             | VEX.128.66.0F38.W1 F7      | >Gq Eq Bq  |     | bmi2          | -zp
    sarx             | VEX.128.F3.0F38.W1 F7      | >Gq Eq Bq  |     | bmi2          | -zp
    shrx             | VEX.128.F2.0F38.W1 F7      | >Gq Eq Bq  |     | bmi2          | -zp
    rorx             | VEX.128.F2.0F3A.W1 F0      | >Gq Eq Ib  |     | bmi2          | -zp
    """
}
