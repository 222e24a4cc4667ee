// swift-format-ignore-file
extension InstructionSet {
  /// AVX, AVX2, FMA, F16C and the VEX forms of AES and PCLMULQDQ. The notation is explained in `Definition.swift`.
  static let avx: StaticString = """
    # Only in `zerovm`: the Native Client this follows had them switched off. Gathers take a vector of addresses: refused.
    vmovups          | VEX.any.NP.0F.W0 10        | V W        |     | avx       | -z-
    vmovupd          | VEX.any.66.0F.W0 10        | V W        |     | avx       | -z-
    vmovss           | VEX.128.F3.0F.W0 10 mem    | V M        |     | avx       | -z-
    vmovss           | VEX.128.F3.0F.W0 10 reg    | V H W      |     | avx       | -z-
    vmovsd           | VEX.128.F2.0F.W0 10 mem    | V M        |     | avx       | -z-
    vmovsd           | VEX.128.F2.0F.W0 10 reg    | V H W      |     | avx       | -z-
    vmovups          | VEX.any.NP.0F.W0 11        | W V        |     | avx       | -z-
    vmovupd          | VEX.any.66.0F.W0 11        | W V        |     | avx       | -z-
    vmovss           | VEX.128.F3.0F.W0 11 mem    | M V        |     | avx       | -z-
    vmovss           | VEX.128.F3.0F.W0 11 reg    | W H V      |     | avx       | -z-
    vmovsd           | VEX.128.F2.0F.W0 11 mem    | M V        |     | avx       | -z-
    vmovsd           | VEX.128.F2.0F.W0 11 reg    | W H V      |     | avx       | -z-
    vmovlps          | VEX.128.NP.0F.W0 12        | V H W      |     | avx       | -z-
    vmovlpd          | VEX.128.66.0F.W0 12 mem    | V H M      |     | avx       | -z-
    vmovlps          | VEX.128.NP.0F.W0 13 mem    | M V        |     | avx       | -z-
    vmovlpd          | VEX.128.66.0F.W0 13 mem    | M V        |     | avx       | -z-
    vmovhps          | VEX.128.NP.0F.W0 16        | V H W      |     | avx       | -z-
    vmovhpd          | VEX.128.66.0F.W0 16 mem    | V H M      |     | avx       | -z-
    vmovhps          | VEX.128.NP.0F.W0 17 mem    | M V        |     | avx       | -z-
    vmovhpd          | VEX.128.66.0F.W0 17 mem    | M V        |     | avx       | -z-
    vmovsldup        | VEX.any.F3.0F.W0 12        | V W        |     | avx       | -z-
    vmovddup         | VEX.any.F2.0F.W0 12        | V W        |     | avx       | -z-
    vmovshdup        | VEX.any.F3.0F.W0 16        | V W        |     | avx       | -z-
    vunpcklps        | VEX.any.NP.0F.W0 14        | V H W      |     | avx       | -z-
    vunpcklpd        | VEX.any.66.0F.W0 14        | V H W      |     | avx       | -z-
    vunpckhps        | VEX.any.NP.0F.W0 15        | V H W      |     | avx       | -z-
    vunpckhpd        | VEX.any.66.0F.W0 15        | V H W      |     | avx       | -z-
    vmovaps          | VEX.any.NP.0F.W0 28        | V W        |     | avx       | -z-
    vmovaps          | VEX.any.NP.0F.W0 29        | W V        |     | avx       | -z-
    vmovapd          | VEX.any.66.0F.W0 28        | V W        |     | avx       | -z-
    vmovapd          | VEX.any.66.0F.W0 29        | W V        |     | avx       | -z-
    vmovntps         | VEX.any.NP.0F.W0 2B mem    | M V        |     | avx       | -z-
    vmovntpd         | VEX.any.66.0F.W0 2B mem    | M V        |     | avx       | -z-
    vmovntdq         | VEX.any.66.0F.W0 E7 mem    | M V        |     | avx       | -z-
    vcvtsi2ss        | VEX.128.F3.0F.W0 2A        | V H Ed     |     | avx       | -z-
    vcvtsi2sd        | VEX.128.F2.0F.W0 2A        | V H Ed     |     | avx       | -z-
    vcvttss2si       | VEX.128.F3.0F.W0 2C        | >Gd W      |     | avx       | -z-
    vcvttsd2si       | VEX.128.F2.0F.W0 2C        | >Gd W      |     | avx       | -z-
    vcvtss2si        | VEX.128.F3.0F.W0 2D        | >Gd W      |     | avx       | -z-
    vcvtsd2si        | VEX.128.F2.0F.W0 2D        | >Gd W      |     | avx       | -z-
    vcvtsi2ss        | VEX.128.F3.0F.W1 2A        | V H Eq     |     | avx       | -z-
    vcvtsi2sd        | VEX.128.F2.0F.W1 2A        | V H Eq     |     | avx       | -z-
    vcvttss2si       | VEX.128.F3.0F.W1 2C        | >Gq W      |     | avx       | -z-
    vcvttsd2si       | VEX.128.F2.0F.W1 2C        | >Gq W      |     | avx       | -z-
    vcvtss2si        | VEX.128.F3.0F.W1 2D        | >Gq W      |     | avx       | -z-
    vcvtsd2si        | VEX.128.F2.0F.W1 2D        | >Gq W      |     | avx       | -z-
    vucomiss         | VEX.128.NP.0F.W0 2E        | V W        |     | avx       | -z-
    vucomisd         | VEX.128.66.0F.W0 2E        | V W        |     | avx       | -z-
    vcomiss          | VEX.128.NP.0F.W0 2F        | V W        |     | avx       | -z-
    vcomisd          | VEX.128.66.0F.W0 2F        | V W        |     | avx       | -z-
    vmovmskps        | VEX.any.NP.0F.W0 50 reg    | >Gd W      |     | avx       | -z-
    vmovmskpd        | VEX.any.66.0F.W0 50 reg    | >Gd W      |     | avx       | -z-
    vsqrtps          | VEX.any.NP.0F.W0 51        | V W        |     | avx       | -z-
    vsqrtpd          | VEX.any.66.0F.W0 51        | V W        |     | avx       | -z-
    vsqrtss          | VEX.128.F3.0F.W0 51        | V H W      |     | avx       | -z-
    vsqrtsd          | VEX.128.F2.0F.W0 51        | V H W      |     | avx       | -z-
    vrsqrtps         | VEX.any.NP.0F.W0 52        | V W        |     | avx       | -z-
    vrsqrtss         | VEX.128.F3.0F.W0 52        | V H W      |     | avx       | -z-
    vrcpps           | VEX.any.NP.0F.W0 53        | V W        |     | avx       | -z-
    vrcpss           | VEX.128.F3.0F.W0 53        | V H W      |     | avx       | -z-
    vandps           | VEX.any.NP.0F.W0 54        | V H W      |     | avx       | -z-
    vandpd           | VEX.any.66.0F.W0 54        | V H W      |     | avx       | -z-
    vandnps          | VEX.any.NP.0F.W0 55        | V H W      |     | avx       | -z-
    vandnpd          | VEX.any.66.0F.W0 55        | V H W      |     | avx       | -z-
    vorps            | VEX.any.NP.0F.W0 56        | V H W      |     | avx       | -z-
    vorpd            | VEX.any.66.0F.W0 56        | V H W      |     | avx       | -z-
    vxorps           | VEX.any.NP.0F.W0 57        | V H W      |     | avx       | -z-
    vxorpd           | VEX.any.66.0F.W0 57        | V H W      |     | avx       | -z-
    vaddps           | VEX.any.NP.0F.W0 58        | V H W      |     | avx       | -z-
    vaddpd           | VEX.any.66.0F.W0 58        | V H W      |     | avx       | -z-
    vaddss           | VEX.128.F3.0F.W0 58        | V H W      |     | avx       | -z-
    vaddsd           | VEX.128.F2.0F.W0 58        | V H W      |     | avx       | -z-
    vmulps           | VEX.any.NP.0F.W0 59        | V H W      |     | avx       | -z-
    vmulpd           | VEX.any.66.0F.W0 59        | V H W      |     | avx       | -z-
    vmulss           | VEX.128.F3.0F.W0 59        | V H W      |     | avx       | -z-
    vmulsd           | VEX.128.F2.0F.W0 59        | V H W      |     | avx       | -z-
    vsubps           | VEX.any.NP.0F.W0 5C        | V H W      |     | avx       | -z-
    vsubpd           | VEX.any.66.0F.W0 5C        | V H W      |     | avx       | -z-
    vsubss           | VEX.128.F3.0F.W0 5C        | V H W      |     | avx       | -z-
    vsubsd           | VEX.128.F2.0F.W0 5C        | V H W      |     | avx       | -z-
    vminps           | VEX.any.NP.0F.W0 5D        | V H W      |     | avx       | -z-
    vminpd           | VEX.any.66.0F.W0 5D        | V H W      |     | avx       | -z-
    vminss           | VEX.128.F3.0F.W0 5D        | V H W      |     | avx       | -z-
    vminsd           | VEX.128.F2.0F.W0 5D        | V H W      |     | avx       | -z-
    vdivps           | VEX.any.NP.0F.W0 5E        | V H W      |     | avx       | -z-
    vdivpd           | VEX.any.66.0F.W0 5E        | V H W      |     | avx       | -z-
    vdivss           | VEX.128.F3.0F.W0 5E        | V H W      |     | avx       | -z-
    vdivsd           | VEX.128.F2.0F.W0 5E        | V H W      |     | avx       | -z-
    vmaxps           | VEX.any.NP.0F.W0 5F        | V H W      |     | avx       | -z-
    vmaxpd           | VEX.any.66.0F.W0 5F        | V H W      |     | avx       | -z-
    vmaxss           | VEX.128.F3.0F.W0 5F        | V H W      |     | avx       | -z-
    vmaxsd           | VEX.128.F2.0F.W0 5F        | V H W      |     | avx       | -z-
    vcvtps2pd        | VEX.any.NP.0F.W0 5A        | V W        |     | avx       | -z-
    vcvtpd2ps        | VEX.any.66.0F.W0 5A        | V W        |     | avx       | -z-
    vcvtss2sd        | VEX.128.F3.0F.W0 5A        | V H W      |     | avx       | -z-
    vcvtsd2ss        | VEX.128.F2.0F.W0 5A        | V H W      |     | avx       | -z-
    vcvtdq2ps        | VEX.any.NP.0F.W0 5B        | V W        |     | avx       | -z-
    vcvtps2dq        | VEX.any.66.0F.W0 5B        | V W        |     | avx       | -z-
    vcvttps2dq       | VEX.any.F3.0F.W0 5B        | V W        |     | avx       | -z-
    vpunpcklbw       | VEX.128.66.0F.W0 60        | V H W      |     | avx       | -z-
    vpunpcklbw       | VEX.256.66.0F.W0 60        | V H W      |     | avx2      | -z-
    vpunpcklwd       | VEX.128.66.0F.W0 61        | V H W      |     | avx       | -z-
    vpunpcklwd       | VEX.256.66.0F.W0 61        | V H W      |     | avx2      | -z-
    vpunpckldq       | VEX.128.66.0F.W0 62        | V H W      |     | avx       | -z-
    vpunpckldq       | VEX.256.66.0F.W0 62        | V H W      |     | avx2      | -z-
    vpacksswb        | VEX.128.66.0F.W0 63        | V H W      |     | avx       | -z-
    vpacksswb        | VEX.256.66.0F.W0 63        | V H W      |     | avx2      | -z-
    vpcmpgtb         | VEX.128.66.0F.W0 64        | V H W      |     | avx       | -z-
    vpcmpgtb         | VEX.256.66.0F.W0 64        | V H W      |     | avx2      | -z-
    vpcmpgtw         | VEX.128.66.0F.W0 65        | V H W      |     | avx       | -z-
    vpcmpgtw         | VEX.256.66.0F.W0 65        | V H W      |     | avx2      | -z-
    vpcmpgtd         | VEX.128.66.0F.W0 66        | V H W      |     | avx       | -z-
    vpcmpgtd         | VEX.256.66.0F.W0 66        | V H W      |     | avx2      | -z-
    vpackuswb        | VEX.128.66.0F.W0 67        | V H W      |     | avx       | -z-
    vpackuswb        | VEX.256.66.0F.W0 67        | V H W      |     | avx2      | -z-
    vpunpckhbw       | VEX.128.66.0F.W0 68        | V H W      |     | avx       | -z-
    vpunpckhbw       | VEX.256.66.0F.W0 68        | V H W      |     | avx2      | -z-
    vpunpckhwd       | VEX.128.66.0F.W0 69        | V H W      |     | avx       | -z-
    vpunpckhwd       | VEX.256.66.0F.W0 69        | V H W      |     | avx2      | -z-
    vpunpckhdq       | VEX.128.66.0F.W0 6A        | V H W      |     | avx       | -z-
    vpunpckhdq       | VEX.256.66.0F.W0 6A        | V H W      |     | avx2      | -z-
    vpackssdw        | VEX.128.66.0F.W0 6B        | V H W      |     | avx       | -z-
    vpackssdw        | VEX.256.66.0F.W0 6B        | V H W      |     | avx2      | -z-
    vpcmpeqb         | VEX.128.66.0F.W0 74        | V H W      |     | avx       | -z-
    vpcmpeqb         | VEX.256.66.0F.W0 74        | V H W      |     | avx2      | -z-
    vpcmpeqw         | VEX.128.66.0F.W0 75        | V H W      |     | avx       | -z-
    vpcmpeqw         | VEX.256.66.0F.W0 75        | V H W      |     | avx2      | -z-
    vpcmpeqd         | VEX.128.66.0F.W0 76        | V H W      |     | avx       | -z-
    vpcmpeqd         | VEX.256.66.0F.W0 76        | V H W      |     | avx2      | -z-
    vpsrlw           | VEX.128.66.0F.W0 D1        | V H W      |     | avx       | -z-
    vpsrlw           | VEX.256.66.0F.W0 D1        | V H W      |     | avx2      | -z-
    vpsrld           | VEX.128.66.0F.W0 D2        | V H W      |     | avx       | -z-
    vpsrld           | VEX.256.66.0F.W0 D2        | V H W      |     | avx2      | -z-
    vpsrlq           | VEX.128.66.0F.W0 D3        | V H W      |     | avx       | -z-
    vpsrlq           | VEX.256.66.0F.W0 D3        | V H W      |     | avx2      | -z-
    vpaddq           | VEX.128.66.0F.W0 D4        | V H W      |     | avx       | -z-
    vpaddq           | VEX.256.66.0F.W0 D4        | V H W      |     | avx2      | -z-
    vpmullw          | VEX.128.66.0F.W0 D5        | V H W      |     | avx       | -z-
    vpmullw          | VEX.256.66.0F.W0 D5        | V H W      |     | avx2      | -z-
    vpsubusb         | VEX.128.66.0F.W0 D8        | V H W      |     | avx       | -z-
    vpsubusb         | VEX.256.66.0F.W0 D8        | V H W      |     | avx2      | -z-
    vpsubusw         | VEX.128.66.0F.W0 D9        | V H W      |     | avx       | -z-
    vpsubusw         | VEX.256.66.0F.W0 D9        | V H W      |     | avx2      | -z-
    vpminub          | VEX.128.66.0F.W0 DA        | V H W      |     | avx       | -z-
    vpminub          | VEX.256.66.0F.W0 DA        | V H W      |     | avx2      | -z-
    vpand            | VEX.128.66.0F.W0 DB        | V H W      |     | avx       | -z-
    vpand            | VEX.256.66.0F.W0 DB        | V H W      |     | avx2      | -z-
    vpaddusb         | VEX.128.66.0F.W0 DC        | V H W      |     | avx       | -z-
    vpaddusb         | VEX.256.66.0F.W0 DC        | V H W      |     | avx2      | -z-
    vpaddusw         | VEX.128.66.0F.W0 DD        | V H W      |     | avx       | -z-
    vpaddusw         | VEX.256.66.0F.W0 DD        | V H W      |     | avx2      | -z-
    vpmaxub          | VEX.128.66.0F.W0 DE        | V H W      |     | avx       | -z-
    vpmaxub          | VEX.256.66.0F.W0 DE        | V H W      |     | avx2      | -z-
    vpandn           | VEX.128.66.0F.W0 DF        | V H W      |     | avx       | -z-
    vpandn           | VEX.256.66.0F.W0 DF        | V H W      |     | avx2      | -z-
    vpavgb           | VEX.128.66.0F.W0 E0        | V H W      |     | avx       | -z-
    vpavgb           | VEX.256.66.0F.W0 E0        | V H W      |     | avx2      | -z-
    vpsraw           | VEX.128.66.0F.W0 E1        | V H W      |     | avx       | -z-
    vpsraw           | VEX.256.66.0F.W0 E1        | V H W      |     | avx2      | -z-
    vpsrad           | VEX.128.66.0F.W0 E2        | V H W      |     | avx       | -z-
    vpsrad           | VEX.256.66.0F.W0 E2        | V H W      |     | avx2      | -z-
    vpavgw           | VEX.128.66.0F.W0 E3        | V H W      |     | avx       | -z-
    vpavgw           | VEX.256.66.0F.W0 E3        | V H W      |     | avx2      | -z-
    vpmulhuw         | VEX.128.66.0F.W0 E4        | V H W      |     | avx       | -z-
    vpmulhuw         | VEX.256.66.0F.W0 E4        | V H W      |     | avx2      | -z-
    vpmulhw          | VEX.128.66.0F.W0 E5        | V H W      |     | avx       | -z-
    vpmulhw          | VEX.256.66.0F.W0 E5        | V H W      |     | avx2      | -z-
    vpsubsb          | VEX.128.66.0F.W0 E8        | V H W      |     | avx       | -z-
    vpsubsb          | VEX.256.66.0F.W0 E8        | V H W      |     | avx2      | -z-
    vpsubsw          | VEX.128.66.0F.W0 E9        | V H W      |     | avx       | -z-
    vpsubsw          | VEX.256.66.0F.W0 E9        | V H W      |     | avx2      | -z-
    vpminsw          | VEX.128.66.0F.W0 EA        | V H W      |     | avx       | -z-
    vpminsw          | VEX.256.66.0F.W0 EA        | V H W      |     | avx2      | -z-
    vpor             | VEX.128.66.0F.W0 EB        | V H W      |     | avx       | -z-
    vpor             | VEX.256.66.0F.W0 EB        | V H W      |     | avx2      | -z-
    vpaddsb          | VEX.128.66.0F.W0 EC        | V H W      |     | avx       | -z-
    vpaddsb          | VEX.256.66.0F.W0 EC        | V H W      |     | avx2      | -z-
    vpaddsw          | VEX.128.66.0F.W0 ED        | V H W      |     | avx       | -z-
    vpaddsw          | VEX.256.66.0F.W0 ED        | V H W      |     | avx2      | -z-
    vpmaxsw          | VEX.128.66.0F.W0 EE        | V H W      |     | avx       | -z-
    vpmaxsw          | VEX.256.66.0F.W0 EE        | V H W      |     | avx2      | -z-
    vpxor            | VEX.128.66.0F.W0 EF        | V H W      |     | avx       | -z-
    vpxor            | VEX.256.66.0F.W0 EF        | V H W      |     | avx2      | -z-
    vpsllw           | VEX.128.66.0F.W0 F1        | V H W      |     | avx       | -z-
    vpsllw           | VEX.256.66.0F.W0 F1        | V H W      |     | avx2      | -z-
    vpslld           | VEX.128.66.0F.W0 F2        | V H W      |     | avx       | -z-
    vpslld           | VEX.256.66.0F.W0 F2        | V H W      |     | avx2      | -z-
    vpsllq           | VEX.128.66.0F.W0 F3        | V H W      |     | avx       | -z-
    vpsllq           | VEX.256.66.0F.W0 F3        | V H W      |     | avx2      | -z-
    vpmuludq         | VEX.128.66.0F.W0 F4        | V H W      |     | avx       | -z-
    vpmuludq         | VEX.256.66.0F.W0 F4        | V H W      |     | avx2      | -z-
    vpmaddwd         | VEX.128.66.0F.W0 F5        | V H W      |     | avx       | -z-
    vpmaddwd         | VEX.256.66.0F.W0 F5        | V H W      |     | avx2      | -z-
    vpsadbw          | VEX.128.66.0F.W0 F6        | V H W      |     | avx       | -z-
    vpsadbw          | VEX.256.66.0F.W0 F6        | V H W      |     | avx2      | -z-
    vpsubb           | VEX.128.66.0F.W0 F8        | V H W      |     | avx       | -z-
    vpsubb           | VEX.256.66.0F.W0 F8        | V H W      |     | avx2      | -z-
    vpsubw           | VEX.128.66.0F.W0 F9        | V H W      |     | avx       | -z-
    vpsubw           | VEX.256.66.0F.W0 F9        | V H W      |     | avx2      | -z-
    vpsubd           | VEX.128.66.0F.W0 FA        | V H W      |     | avx       | -z-
    vpsubd           | VEX.256.66.0F.W0 FA        | V H W      |     | avx2      | -z-
    vpsubq           | VEX.128.66.0F.W0 FB        | V H W      |     | avx       | -z-
    vpsubq           | VEX.256.66.0F.W0 FB        | V H W      |     | avx2      | -z-
    vpaddb           | VEX.128.66.0F.W0 FC        | V H W      |     | avx       | -z-
    vpaddb           | VEX.256.66.0F.W0 FC        | V H W      |     | avx2      | -z-
    vpaddw           | VEX.128.66.0F.W0 FD        | V H W      |     | avx       | -z-
    vpaddw           | VEX.256.66.0F.W0 FD        | V H W      |     | avx2      | -z-
    vpaddd           | VEX.128.66.0F.W0 FE        | V H W      |     | avx       | -z-
    vpaddd           | VEX.256.66.0F.W0 FE        | V H W      |     | avx2      | -z-
    vpunpcklqdq      | VEX.128.66.0F.W0 6C        | V H W      |     | avx       | -z-
    vpunpcklqdq      | VEX.256.66.0F.W0 6C        | V H W      |     | avx2      | -z-
    vpunpckhqdq      | VEX.128.66.0F.W0 6D        | V H W      |     | avx       | -z-
    vpunpckhqdq      | VEX.256.66.0F.W0 6D        | V H W      |     | avx2      | -z-
    vpsrlw           | VEX.128.66.0F.W0 71 /2 reg | H W Ib     |     | avx       | -z-
    vpsrlw           | VEX.256.66.0F.W0 71 /2 reg | H W Ib     |     | avx2      | -z-
    vpsraw           | VEX.128.66.0F.W0 71 /4 reg | H W Ib     |     | avx       | -z-
    vpsraw           | VEX.256.66.0F.W0 71 /4 reg | H W Ib     |     | avx2      | -z-
    vpsllw           | VEX.128.66.0F.W0 71 /6 reg | H W Ib     |     | avx       | -z-
    vpsllw           | VEX.256.66.0F.W0 71 /6 reg | H W Ib     |     | avx2      | -z-
    vpsrld           | VEX.128.66.0F.W0 72 /2 reg | H W Ib     |     | avx       | -z-
    vpsrld           | VEX.256.66.0F.W0 72 /2 reg | H W Ib     |     | avx2      | -z-
    vpsrad           | VEX.128.66.0F.W0 72 /4 reg | H W Ib     |     | avx       | -z-
    vpsrad           | VEX.256.66.0F.W0 72 /4 reg | H W Ib     |     | avx2      | -z-
    vpslld           | VEX.128.66.0F.W0 72 /6 reg | H W Ib     |     | avx       | -z-
    vpslld           | VEX.256.66.0F.W0 72 /6 reg | H W Ib     |     | avx2      | -z-
    vpsrlq           | VEX.128.66.0F.W0 73 /2 reg | H W Ib     |     | avx       | -z-
    vpsrlq           | VEX.256.66.0F.W0 73 /2 reg | H W Ib     |     | avx2      | -z-
    vpsrldq          | VEX.128.66.0F.W0 73 /3 reg | H W Ib     |     | avx       | -z-
    vpsrldq          | VEX.256.66.0F.W0 73 /3 reg | H W Ib     |     | avx2      | -z-
    vpsllq           | VEX.128.66.0F.W0 73 /6 reg | H W Ib     |     | avx       | -z-
    vpsllq           | VEX.256.66.0F.W0 73 /6 reg | H W Ib     |     | avx2      | -z-
    vpslldq          | VEX.128.66.0F.W0 73 /7 reg | H W Ib     |     | avx       | -z-
    vpslldq          | VEX.256.66.0F.W0 73 /7 reg | H W Ib     |     | avx2      | -z-
    vpshufd          | VEX.128.66.0F.W0 70        | V W Ib     |     | avx       | -z-
    vpshufd          | VEX.256.66.0F.W0 70        | V W Ib     |     | avx2      | -z-
    vpshufhw         | VEX.128.F3.0F.W0 70        | V W Ib     |     | avx       | -z-
    vpshufhw         | VEX.256.F3.0F.W0 70        | V W Ib     |     | avx2      | -z-
    vpshuflw         | VEX.128.F2.0F.W0 70        | V W Ib     |     | avx       | -z-
    vpshuflw         | VEX.256.F2.0F.W0 70        | V W Ib     |     | avx2      | -z-
    vmovd            | VEX.128.66.0F.W0 6E        | V Ed       |     | avx       | -z-
    vmovq            | VEX.128.66.0F.W1 6E        | V Eq       |     | avx       | -z-
    vmovd            | VEX.128.66.0F.W0 7E        | >Ed V      | zx  | avx       | -z-
    vmovq            | VEX.128.66.0F.W1 7E        | >Eq V      |     | avx       | -z-
    vmovq            | VEX.128.F3.0F.W0 7E        | V W        |     | avx       | -z-
    vmovq            | VEX.128.66.0F.W0 D6        | W V        |     | avx       | -z-
    vmovdqa          | VEX.any.66.0F.W0 6F        | V W        |     | avx       | -z-
    vmovdqa          | VEX.any.66.0F.W0 7F        | W V        |     | avx       | -z-
    vmovdqu          | VEX.any.F3.0F.W0 6F        | V W        |     | avx       | -z-
    vmovdqu          | VEX.any.F3.0F.W0 7F        | W V        |     | avx       | -z-
    vzeroupper       | VEX.128.NP.0F.W0 77        |            |     | avx       | -z-
    vzeroall         | VEX.256.NP.0F.W0 77        |            |     | avx       | -z-
    vhaddpd          | VEX.any.66.0F.W0 7C        | V H W      |     | avx       | -z-
    vhsubpd          | VEX.any.66.0F.W0 7D        | V H W      |     | avx       | -z-
    vaddsubpd        | VEX.any.66.0F.W0 D0        | V H W      |     | avx       | -z-
    vhaddps          | VEX.any.F2.0F.W0 7C        | V H W      |     | avx       | -z-
    vhsubps          | VEX.any.F2.0F.W0 7D        | V H W      |     | avx       | -z-
    vaddsubps        | VEX.any.F2.0F.W0 D0        | V H W      |     | avx       | -z-
    vldmxcsr         | VEX.128.NP.0F.W0 AE /2 mem | M          |     | avx       | -z-
    vstmxcsr         | VEX.128.NP.0F.W0 AE /3 mem | M          |     | avx       | -z-
    vcmpps           | VEX.any.NP.0F.W0 C2        | V H W Ib   |     | avx       | -z-
    vcmppd           | VEX.any.66.0F.W0 C2        | V H W Ib   |     | avx       | -z-
    vcmpss           | VEX.128.F3.0F.W0 C2        | V H W Ib   |     | avx       | -z-
    vcmpsd           | VEX.128.F2.0F.W0 C2        | V H W Ib   |     | avx       | -z-
    vshufps          | VEX.any.NP.0F.W0 C6        | V H W Ib   |     | avx       | -z-
    vshufpd          | VEX.any.66.0F.W0 C6        | V H W Ib   |     | avx       | -z-
    vpinsrw          | VEX.128.66.0F.W0 C4        | V H Ed Ib  |     | avx       | -z-
    vpextrw          | VEX.128.66.0F.W0 C5 reg    | >Gd W Ib   |     | avx       | -z-
    vpmovmskb        | VEX.128.66.0F.W0 D7 reg    | >Gd W      |     | avx       | -z-
    vpmovmskb        | VEX.256.66.0F.W0 D7 reg    | >Gd W      |     | avx2      | -z-
    vcvttpd2dq       | VEX.any.66.0F.W0 E6        | V W        |     | avx       | -z-
    vcvtdq2pd        | VEX.any.F3.0F.W0 E6        | V W        |     | avx       | -z-
    vcvtpd2dq        | VEX.any.F2.0F.W0 E6        | V W        |     | avx       | -z-
    vlddqu           | VEX.any.F2.0F.W0 F0 mem    | V M        |     | avx       | -z-
    vmaskmovdqu      | VEX.128.66.0F.W0 F7 reg    | V W        | rdi | avx       | -z-
    vpshufb          | VEX.128.66.0F38.W0 00      | V H W      |     | avx       | -z-
    vpshufb          | VEX.256.66.0F38.W0 00      | V H W      |     | avx2      | -z-
    vphaddw          | VEX.128.66.0F38.W0 01      | V H W      |     | avx       | -z-
    vphaddw          | VEX.256.66.0F38.W0 01      | V H W      |     | avx2      | -z-
    vphaddd          | VEX.128.66.0F38.W0 02      | V H W      |     | avx       | -z-
    vphaddd          | VEX.256.66.0F38.W0 02      | V H W      |     | avx2      | -z-
    vphaddsw         | VEX.128.66.0F38.W0 03      | V H W      |     | avx       | -z-
    vphaddsw         | VEX.256.66.0F38.W0 03      | V H W      |     | avx2      | -z-
    vpmaddubsw       | VEX.128.66.0F38.W0 04      | V H W      |     | avx       | -z-
    vpmaddubsw       | VEX.256.66.0F38.W0 04      | V H W      |     | avx2      | -z-
    vphsubw          | VEX.128.66.0F38.W0 05      | V H W      |     | avx       | -z-
    vphsubw          | VEX.256.66.0F38.W0 05      | V H W      |     | avx2      | -z-
    vphsubd          | VEX.128.66.0F38.W0 06      | V H W      |     | avx       | -z-
    vphsubd          | VEX.256.66.0F38.W0 06      | V H W      |     | avx2      | -z-
    vphsubsw         | VEX.128.66.0F38.W0 07      | V H W      |     | avx       | -z-
    vphsubsw         | VEX.256.66.0F38.W0 07      | V H W      |     | avx2      | -z-
    vpsignb          | VEX.128.66.0F38.W0 08      | V H W      |     | avx       | -z-
    vpsignb          | VEX.256.66.0F38.W0 08      | V H W      |     | avx2      | -z-
    vpsignw          | VEX.128.66.0F38.W0 09      | V H W      |     | avx       | -z-
    vpsignw          | VEX.256.66.0F38.W0 09      | V H W      |     | avx2      | -z-
    vpsignd          | VEX.128.66.0F38.W0 0A      | V H W      |     | avx       | -z-
    vpsignd          | VEX.256.66.0F38.W0 0A      | V H W      |     | avx2      | -z-
    vpmulhrsw        | VEX.128.66.0F38.W0 0B      | V H W      |     | avx       | -z-
    vpmulhrsw        | VEX.256.66.0F38.W0 0B      | V H W      |     | avx2      | -z-
    vpabsb           | VEX.128.66.0F38.W0 1C      | V W        |     | avx       | -z-
    vpabsb           | VEX.256.66.0F38.W0 1C      | V W        |     | avx2      | -z-
    vpabsw           | VEX.128.66.0F38.W0 1D      | V W        |     | avx       | -z-
    vpabsw           | VEX.256.66.0F38.W0 1D      | V W        |     | avx2      | -z-
    vpabsd           | VEX.128.66.0F38.W0 1E      | V W        |     | avx       | -z-
    vpabsd           | VEX.256.66.0F38.W0 1E      | V W        |     | avx2      | -z-
    vpermilps        | VEX.any.66.0F38.W0 0C      | V H W      |     | avx       | -z-
    vpermilpd        | VEX.any.66.0F38.W0 0D      | V H W      |     | avx       | -z-
    vtestps          | VEX.any.66.0F38.W0 0E      | V W        |     | avx       | -z-
    vtestpd          | VEX.any.66.0F38.W0 0F      | V W        |     | avx       | -z-
    vcvtph2ps        | VEX.any.66.0F38.W0 13      | V W        |     | f16c      | -z-
    vpermps          | VEX.256.66.0F38.W0 16      | V H W      |     | avx2      | -z-
    vptest           | VEX.any.66.0F38.W0 17      | V W        |     | avx       | -z-
    vbroadcastss     | VEX.any.66.0F38.W0 18 mem  | V M        |     | avx       | -z-
    vbroadcastss     | VEX.any.66.0F38.W0 18 reg  | V W        |     | avx2      | -z-
    vbroadcastsd     | VEX.256.66.0F38.W0 19 mem  | V M        |     | avx       | -z-
    vbroadcastsd     | VEX.256.66.0F38.W0 19 reg  | V W        |     | avx2      | -z-
    vbroadcastf128   | VEX.256.66.0F38.W0 1A mem  | V M        |     | avx       | -z-
    vpmovsxbw        | VEX.128.66.0F38.W0 20      | V W        |     | avx       | -z-
    vpmovsxbw        | VEX.256.66.0F38.W0 20      | V W        |     | avx2      | -z-
    vpmovsxbd        | VEX.128.66.0F38.W0 21      | V W        |     | avx       | -z-
    vpmovsxbd        | VEX.256.66.0F38.W0 21      | V W        |     | avx2      | -z-
    vpmovsxbq        | VEX.128.66.0F38.W0 22      | V W        |     | avx       | -z-
    vpmovsxbq        | VEX.256.66.0F38.W0 22      | V W        |     | avx2      | -z-
    vpmovsxwd        | VEX.128.66.0F38.W0 23      | V W        |     | avx       | -z-
    vpmovsxwd        | VEX.256.66.0F38.W0 23      | V W        |     | avx2      | -z-
    vpmovsxwq        | VEX.128.66.0F38.W0 24      | V W        |     | avx       | -z-
    vpmovsxwq        | VEX.256.66.0F38.W0 24      | V W        |     | avx2      | -z-
    vpmovsxdq        | VEX.128.66.0F38.W0 25      | V W        |     | avx       | -z-
    vpmovsxdq        | VEX.256.66.0F38.W0 25      | V W        |     | avx2      | -z-
    vpmovzxbw        | VEX.128.66.0F38.W0 30      | V W        |     | avx       | -z-
    vpmovzxbw        | VEX.256.66.0F38.W0 30      | V W        |     | avx2      | -z-
    vpmovzxbd        | VEX.128.66.0F38.W0 31      | V W        |     | avx       | -z-
    vpmovzxbd        | VEX.256.66.0F38.W0 31      | V W        |     | avx2      | -z-
    vpmovzxbq        | VEX.128.66.0F38.W0 32      | V W        |     | avx       | -z-
    vpmovzxbq        | VEX.256.66.0F38.W0 32      | V W        |     | avx2      | -z-
    vpmovzxwd        | VEX.128.66.0F38.W0 33      | V W        |     | avx       | -z-
    vpmovzxwd        | VEX.256.66.0F38.W0 33      | V W        |     | avx2      | -z-
    vpmovzxwq        | VEX.128.66.0F38.W0 34      | V W        |     | avx       | -z-
    vpmovzxwq        | VEX.256.66.0F38.W0 34      | V W        |     | avx2      | -z-
    vpmovzxdq        | VEX.128.66.0F38.W0 35      | V W        |     | avx       | -z-
    vpmovzxdq        | VEX.256.66.0F38.W0 35      | V W        |     | avx2      | -z-
    vpmuldq          | VEX.128.66.0F38.W0 28      | V H W      |     | avx       | -z-
    vpmuldq          | VEX.256.66.0F38.W0 28      | V H W      |     | avx2      | -z-
    vpcmpeqq         | VEX.128.66.0F38.W0 29      | V H W      |     | avx       | -z-
    vpcmpeqq         | VEX.256.66.0F38.W0 29      | V H W      |     | avx2      | -z-
    vpackusdw        | VEX.128.66.0F38.W0 2B      | V H W      |     | avx       | -z-
    vpackusdw        | VEX.256.66.0F38.W0 2B      | V H W      |     | avx2      | -z-
    vpcmpgtq         | VEX.128.66.0F38.W0 37      | V H W      |     | avx       | -z-
    vpcmpgtq         | VEX.256.66.0F38.W0 37      | V H W      |     | avx2      | -z-
    vpminsb          | VEX.128.66.0F38.W0 38      | V H W      |     | avx       | -z-
    vpminsb          | VEX.256.66.0F38.W0 38      | V H W      |     | avx2      | -z-
    vpminsd          | VEX.128.66.0F38.W0 39      | V H W      |     | avx       | -z-
    vpminsd          | VEX.256.66.0F38.W0 39      | V H W      |     | avx2      | -z-
    vpminuw          | VEX.128.66.0F38.W0 3A      | V H W      |     | avx       | -z-
    vpminuw          | VEX.256.66.0F38.W0 3A      | V H W      |     | avx2      | -z-
    vpminud          | VEX.128.66.0F38.W0 3B      | V H W      |     | avx       | -z-
    vpminud          | VEX.256.66.0F38.W0 3B      | V H W      |     | avx2      | -z-
    vpmaxsb          | VEX.128.66.0F38.W0 3C      | V H W      |     | avx       | -z-
    vpmaxsb          | VEX.256.66.0F38.W0 3C      | V H W      |     | avx2      | -z-
    vpmaxsd          | VEX.128.66.0F38.W0 3D      | V H W      |     | avx       | -z-
    vpmaxsd          | VEX.256.66.0F38.W0 3D      | V H W      |     | avx2      | -z-
    vpmaxuw          | VEX.128.66.0F38.W0 3E      | V H W      |     | avx       | -z-
    vpmaxuw          | VEX.256.66.0F38.W0 3E      | V H W      |     | avx2      | -z-
    vpmaxud          | VEX.128.66.0F38.W0 3F      | V H W      |     | avx       | -z-
    vpmaxud          | VEX.256.66.0F38.W0 3F      | V H W      |     | avx2      | -z-
    vpmulld          | VEX.128.66.0F38.W0 40      | V H W      |     | avx       | -z-
    vpmulld          | VEX.256.66.0F38.W0 40      | V H W      |     | avx2      | -z-
    vmovntdqa        | VEX.128.66.0F38.W0 2A mem  | V M        |     | avx       | -z-
    vmovntdqa        | VEX.256.66.0F38.W0 2A mem  | V M        |     | avx2      | -z-
    vphminposuw      | VEX.128.66.0F38.W0 41      | V W        |     | avx       | -z-
    vmaskmovps       | VEX.any.66.0F38.W0 2C mem  | V H M      |     | avx       | -z-
    vmaskmovps       | VEX.any.66.0F38.W0 2E mem  | M H V      |     | avx       | -z-
    vmaskmovpd       | VEX.any.66.0F38.W0 2D mem  | V H M      |     | avx       | -z-
    vmaskmovpd       | VEX.any.66.0F38.W0 2F mem  | M H V      |     | avx       | -z-
    vpermd           | VEX.256.66.0F38.W0 36      | V H W      |     | avx2      | -z-
    vpsrlvd          | VEX.any.66.0F38.W0 45      | V H W      |     | avx2      | -z-
    vpsllvd          | VEX.any.66.0F38.W0 47      | V H W      |     | avx2      | -z-
    vpmaskmovd       | VEX.any.66.0F38.W0 8C mem  | V H M      |     | avx2      | -z-
    vpmaskmovd       | VEX.any.66.0F38.W0 8E mem  | M H V      |     | avx2      | -z-
    vpsrlvq          | VEX.any.66.0F38.W1 45      | V H W      |     | avx2      | -z-
    vpsllvq          | VEX.any.66.0F38.W1 47      | V H W      |     | avx2      | -z-
    vpmaskmovq       | VEX.any.66.0F38.W1 8C mem  | V H M      |     | avx2      | -z-
    vpmaskmovq       | VEX.any.66.0F38.W1 8E mem  | M H V      |     | avx2      | -z-
    vpsravd          | VEX.any.66.0F38.W0 46      | V H W      |     | avx2      | -z-
    vpbroadcastd     | VEX.any.66.0F38.W0 58      | V W        |     | avx2      | -z-
    vpbroadcastq     | VEX.any.66.0F38.W0 59      | V W        |     | avx2      | -z-
    vpbroadcastb     | VEX.any.66.0F38.W0 78      | V W        |     | avx2      | -z-
    vpbroadcastw     | VEX.any.66.0F38.W0 79      | V W        |     | avx2      | -z-
    vbroadcasti128   | VEX.256.66.0F38.W0 5A mem  | V M        |     | avx2      | -z-
    vfmaddsub132ps   | VEX.any.66.0F38.W0 96      | V H W      |     | fma       | -z-
    vfmaddsub132pd   | VEX.any.66.0F38.W1 96      | V H W      |     | fma       | -z-
    vfmsubadd132ps   | VEX.any.66.0F38.W0 97      | V H W      |     | fma       | -z-
    vfmsubadd132pd   | VEX.any.66.0F38.W1 97      | V H W      |     | fma       | -z-
    vfmadd132ps      | VEX.any.66.0F38.W0 98      | V H W      |     | fma       | -z-
    vfmadd132pd      | VEX.any.66.0F38.W1 98      | V H W      |     | fma       | -z-
    vfmadd132ss      | VEX.128.66.0F38.W0 99      | V H W      |     | fma       | -z-
    vfmadd132sd      | VEX.128.66.0F38.W1 99      | V H W      |     | fma       | -z-
    vfmsub132ps      | VEX.any.66.0F38.W0 9A      | V H W      |     | fma       | -z-
    vfmsub132pd      | VEX.any.66.0F38.W1 9A      | V H W      |     | fma       | -z-
    vfmsub132ss      | VEX.128.66.0F38.W0 9B      | V H W      |     | fma       | -z-
    vfmsub132sd      | VEX.128.66.0F38.W1 9B      | V H W      |     | fma       | -z-
    vfnmadd132ps     | VEX.any.66.0F38.W0 9C      | V H W      |     | fma       | -z-
    vfnmadd132pd     | VEX.any.66.0F38.W1 9C      | V H W      |     | fma       | -z-
    vfnmadd132ss     | VEX.128.66.0F38.W0 9D      | V H W      |     | fma       | -z-
    vfnmadd132sd     | VEX.128.66.0F38.W1 9D      | V H W      |     | fma       | -z-
    vfnmsub132ps     | VEX.any.66.0F38.W0 9E      | V H W      |     | fma       | -z-
    vfnmsub132pd     | VEX.any.66.0F38.W1 9E      | V H W      |     | fma       | -z-
    vfnmsub132ss     | VEX.128.66.0F38.W0 9F      | V H W      |     | fma       | -z-
    vfnmsub132sd     | VEX.128.66.0F38.W1 9F      | V H W      |     | fma       | -z-
    vfmaddsub213ps   | VEX.any.66.0F38.W0 A6      | V H W      |     | fma       | -z-
    vfmaddsub213pd   | VEX.any.66.0F38.W1 A6      | V H W      |     | fma       | -z-
    vfmsubadd213ps   | VEX.any.66.0F38.W0 A7      | V H W      |     | fma       | -z-
    vfmsubadd213pd   | VEX.any.66.0F38.W1 A7      | V H W      |     | fma       | -z-
    vfmadd213ps      | VEX.any.66.0F38.W0 A8      | V H W      |     | fma       | -z-
    vfmadd213pd      | VEX.any.66.0F38.W1 A8      | V H W      |     | fma       | -z-
    vfmadd213ss      | VEX.128.66.0F38.W0 A9      | V H W      |     | fma       | -z-
    vfmadd213sd      | VEX.128.66.0F38.W1 A9      | V H W      |     | fma       | -z-
    vfmsub213ps      | VEX.any.66.0F38.W0 AA      | V H W      |     | fma       | -z-
    vfmsub213pd      | VEX.any.66.0F38.W1 AA      | V H W      |     | fma       | -z-
    vfmsub213ss      | VEX.128.66.0F38.W0 AB      | V H W      |     | fma       | -z-
    vfmsub213sd      | VEX.128.66.0F38.W1 AB      | V H W      |     | fma       | -z-
    vfnmadd213ps     | VEX.any.66.0F38.W0 AC      | V H W      |     | fma       | -z-
    vfnmadd213pd     | VEX.any.66.0F38.W1 AC      | V H W      |     | fma       | -z-
    vfnmadd213ss     | VEX.128.66.0F38.W0 AD      | V H W      |     | fma       | -z-
    vfnmadd213sd     | VEX.128.66.0F38.W1 AD      | V H W      |     | fma       | -z-
    vfnmsub213ps     | VEX.any.66.0F38.W0 AE      | V H W      |     | fma       | -z-
    vfnmsub213pd     | VEX.any.66.0F38.W1 AE      | V H W      |     | fma       | -z-
    vfnmsub213ss     | VEX.128.66.0F38.W0 AF      | V H W      |     | fma       | -z-
    vfnmsub213sd     | VEX.128.66.0F38.W1 AF      | V H W      |     | fma       | -z-
    vfmaddsub231ps   | VEX.any.66.0F38.W0 B6      | V H W      |     | fma       | -z-
    vfmaddsub231pd   | VEX.any.66.0F38.W1 B6      | V H W      |     | fma       | -z-
    vfmsubadd231ps   | VEX.any.66.0F38.W0 B7      | V H W      |     | fma       | -z-
    vfmsubadd231pd   | VEX.any.66.0F38.W1 B7      | V H W      |     | fma       | -z-
    vfmadd231ps      | VEX.any.66.0F38.W0 B8      | V H W      |     | fma       | -z-
    vfmadd231pd      | VEX.any.66.0F38.W1 B8      | V H W      |     | fma       | -z-
    vfmadd231ss      | VEX.128.66.0F38.W0 B9      | V H W      |     | fma       | -z-
    vfmadd231sd      | VEX.128.66.0F38.W1 B9      | V H W      |     | fma       | -z-
    vfmsub231ps      | VEX.any.66.0F38.W0 BA      | V H W      |     | fma       | -z-
    vfmsub231pd      | VEX.any.66.0F38.W1 BA      | V H W      |     | fma       | -z-
    vfmsub231ss      | VEX.128.66.0F38.W0 BB      | V H W      |     | fma       | -z-
    vfmsub231sd      | VEX.128.66.0F38.W1 BB      | V H W      |     | fma       | -z-
    vfnmadd231ps     | VEX.any.66.0F38.W0 BC      | V H W      |     | fma       | -z-
    vfnmadd231pd     | VEX.any.66.0F38.W1 BC      | V H W      |     | fma       | -z-
    vfnmadd231ss     | VEX.128.66.0F38.W0 BD      | V H W      |     | fma       | -z-
    vfnmadd231sd     | VEX.128.66.0F38.W1 BD      | V H W      |     | fma       | -z-
    vfnmsub231ps     | VEX.any.66.0F38.W0 BE      | V H W      |     | fma       | -z-
    vfnmsub231pd     | VEX.any.66.0F38.W1 BE      | V H W      |     | fma       | -z-
    vfnmsub231ss     | VEX.128.66.0F38.W0 BF      | V H W      |     | fma       | -z-
    vfnmsub231sd     | VEX.128.66.0F38.W1 BF      | V H W      |     | fma       | -z-
    vaesimc          | VEX.128.66.0F38.W0 DB      | V W        |     | aes       | -z-
    vaesenc          | VEX.128.66.0F38.W0 DC      | V H W      |     | aes       | -z-
    vaesenclast      | VEX.128.66.0F38.W0 DD      | V H W      |     | aes       | -z-
    vaesdec          | VEX.128.66.0F38.W0 DE      | V H W      |     | aes       | -z-
    vaesdeclast      | VEX.128.66.0F38.W0 DF      | V H W      |     | aes       | -z-
    vpermq           | VEX.256.66.0F3A.W1 00      | V W Ib     |     | avx2      | -z-
    vpermpd          | VEX.256.66.0F3A.W1 01      | V W Ib     |     | avx2      | -z-
    vpblendd         | VEX.any.66.0F3A.W0 02      | V H W Ib   |     | avx2      | -z-
    vpermilps        | VEX.any.66.0F3A.W0 04      | V W Ib     |     | avx       | -z-
    vpermilpd        | VEX.any.66.0F3A.W0 05      | V W Ib     |     | avx       | -z-
    vperm2f128       | VEX.256.66.0F3A.W0 06      | V H W Ib   |     | avx       | -z-
    vroundps         | VEX.any.66.0F3A.W0 08      | V W Ib     |     | avx       | -z-
    vroundpd         | VEX.any.66.0F3A.W0 09      | V W Ib     |     | avx       | -z-
    vroundss         | VEX.128.66.0F3A.W0 0A      | V H W Ib   |     | avx       | -z-
    vroundsd         | VEX.128.66.0F3A.W0 0B      | V H W Ib   |     | avx       | -z-
    vblendps         | VEX.any.66.0F3A.W0 0C      | V H W Ib   |     | avx       | -z-
    vblendpd         | VEX.any.66.0F3A.W0 0D      | V H W Ib   |     | avx       | -z-
    vpblendw         | VEX.128.66.0F3A.W0 0E      | V H W Ib   |     | avx       | -z-
    vpblendw         | VEX.256.66.0F3A.W0 0E      | V H W Ib   |     | avx2      | -z-
    vpalignr         | VEX.128.66.0F3A.W0 0F      | V H W Ib   |     | avx       | -z-
    vpalignr         | VEX.256.66.0F3A.W0 0F      | V H W Ib   |     | avx2      | -z-
    vpextrb          | VEX.128.66.0F3A.W0 14      | >Ed V Ib   |     | avx       | -z-
    vpextrw          | VEX.128.66.0F3A.W0 15      | >Ed V Ib   |     | avx       | -z-
    vpextrd          | VEX.128.66.0F3A.W0 16      | >Ed V Ib   |     | avx       | -z-
    vpextrq          | VEX.128.66.0F3A.W1 16      | >Eq V Ib   |     | avx       | -z-
    vextractps       | VEX.128.66.0F3A.W0 17      | >Ed V Ib   |     | avx       | -z-
    vinsertf128      | VEX.256.66.0F3A.W0 18      | V H W Ib   |     | avx       | -z-
    vextractf128     | VEX.256.66.0F3A.W0 19      | W V Ib     |     | avx       | -z-
    vcvtps2ph        | VEX.any.66.0F3A.W0 1D      | W V Ib     |     | f16c      | -z-
    vpinsrb          | VEX.128.66.0F3A.W0 20      | V H Ed Ib  |     | avx       | -z-
    vinsertps        | VEX.128.66.0F3A.W0 21      | V H W Ib   |     | avx       | -z-
    vpinsrd          | VEX.128.66.0F3A.W0 22      | V H Ed Ib  |     | avx       | -z-
    vpinsrq          | VEX.128.66.0F3A.W1 22      | V H Eq Ib  |     | avx       | -z-
    vinserti128      | VEX.256.66.0F3A.W0 38      | V H W Ib   |     | avx2      | -z-
    vextracti128     | VEX.256.66.0F3A.W0 39      | W V Ib     |     | avx2      | -z-
    vdpps            | VEX.any.66.0F3A.W0 40      | V H W Ib   |     | avx       | -z-
    vdppd            | VEX.128.66.0F3A.W0 41      | V H W Ib   |     | avx       | -z-
    vmpsadbw         | VEX.128.66.0F3A.W0 42      | V H W Ib   |     | avx       | -z-
    vmpsadbw         | VEX.256.66.0F3A.W0 42      | V H W Ib   |     | avx2      | -z-
    vpclmulqdq       | VEX.128.66.0F3A.W0 44      | V H W Ib   |     | pclmulqdq | -z-
    vperm2i128       | VEX.256.66.0F3A.W0 46      | V H W Ib   |     | avx2      | -z-
    # The last byte names a register in its high half: its low half must be zero
    vblendvps        | VEX.any.66.0F3A.W0 4A      | V H W L    |     | avx       | -z-
    vblendvpd        | VEX.any.66.0F3A.W0 4B      | V H W L    |     | avx       | -z-
    vpblendvb        | VEX.128.66.0F3A.W0 4C      | V H W L    |     | avx       | -z-
    vpblendvb        | VEX.256.66.0F3A.W0 4C      | V H W L    |     | avx2      | -z-
    vpcmpestrm       | VEX.128.66.0F3A.W0 60      | V W Ib     |     | avx       | -z-
    vpcmpestri       | VEX.128.66.0F3A.W0 61      | V W Ib     |     | avx       | -z-
    vpcmpistrm       | VEX.128.66.0F3A.W0 62      | V W Ib     |     | avx       | -z-
    vpcmpistri       | VEX.128.66.0F3A.W0 63      | V W Ib     |     | avx       | -z-
    vaeskeygenassist | VEX.128.66.0F3A.W0 DF      | V W Ib     |     | aes       | -z-
    # BMI1 and BMI2. By: the general-purpose register in VEX.vvvv
    andn             | VEX.128.NP.0F38.W0 F2      | >Gd Bd Ed  |     | bmi1      | -z-
    blsr             | VEX.128.NP.0F38.W0 F3 /1   | >Bd Ed     |     | bmi1      | -z-
    blsmsk           | VEX.128.NP.0F38.W0 F3 /2   | >Bd Ed     |     | bmi1      | -z-
    blsi             | VEX.128.NP.0F38.W0 F3 /3   | >Bd Ed     |     | bmi1      | -z-
    bextr            | VEX.128.NP.0F38.W0 F7      | >Gd Ed Bd  |     | bmi1      | -z-
    bzhi             | VEX.128.NP.0F38.W0 F5      | >Gd Ed Bd  |     | bmi2      | -z-
    pext             | VEX.128.F3.0F38.W0 F5      | >Gd Bd Ed  |     | bmi2      | -z-
    pdep             | VEX.128.F2.0F38.W0 F5      | >Gd Bd Ed  |     | bmi2      | -z-
    mulx             | VEX.128.F2.0F38.W0 F6      | >Gd >Bd Ed |     | bmi2      | -z-
    shlx             | VEX.128.66.0F38.W0 F7      | >Gd Ed Bd  |     | bmi2      | -z-
    sarx             | VEX.128.F3.0F38.W0 F7      | >Gd Ed Bd  |     | bmi2      | -z-
    shrx             | VEX.128.F2.0F38.W0 F7      | >Gd Ed Bd  |     | bmi2      | -z-
    rorx             | VEX.128.F2.0F3A.W0 F0      | >Gd Ed Ib  |     | bmi2      | -z-
    andn             | VEX.128.NP.0F38.W1 F2      | >Gq Bq Eq  |     | bmi1      | -z-
    blsr             | VEX.128.NP.0F38.W1 F3 /1   | >Bq Eq     |     | bmi1      | -z-
    blsmsk           | VEX.128.NP.0F38.W1 F3 /2   | >Bq Eq     |     | bmi1      | -z-
    blsi             | VEX.128.NP.0F38.W1 F3 /3   | >Bq Eq     |     | bmi1      | -z-
    bextr            | VEX.128.NP.0F38.W1 F7      | >Gq Eq Bq  |     | bmi1      | -z-
    bzhi             | VEX.128.NP.0F38.W1 F5      | >Gq Eq Bq  |     | bmi2      | -z-
    pext             | VEX.128.F3.0F38.W1 F5      | >Gq Bq Eq  |     | bmi2      | -z-
    pdep             | VEX.128.F2.0F38.W1 F5      | >Gq Bq Eq  |     | bmi2      | -z-
    mulx             | VEX.128.F2.0F38.W1 F6      | >Gq >Bq Eq |     | bmi2      | -z-
    shlx             | VEX.128.66.0F38.W1 F7      | >Gq Eq Bq  |     | bmi2      | -z-
    sarx             | VEX.128.F3.0F38.W1 F7      | >Gq Eq Bq  |     | bmi2      | -z-
    shrx             | VEX.128.F2.0F38.W1 F7      | >Gq Eq Bq  |     | bmi2      | -z-
    rorx             | VEX.128.F2.0F3A.W1 F0      | >Gq Eq Ib  |     | bmi2      | -z-
    """
}
