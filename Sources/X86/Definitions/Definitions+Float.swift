// swift-format-ignore-file
extension InstructionSet {
  /// x87. The notation is explained in `Definition.swift`.
  static let float: StaticString = """
    # Environment stores (fnstenv, fnsave) differ between CPU makers in the pointers they keep: not in `portable`.
    fadds    | D8 /0 mem | M |  | fpu  | nzp
    fmuls    | D8 /1 mem | M |  | fpu  | nzp
    fcoms    | D8 /2 mem | M |  | fpu  | nzp
    fcomps   | D8 /3 mem | M |  | fpu  | nzp
    fsubs    | D8 /4 mem | M |  | fpu  | nzp
    fsubrs   | D8 /5 mem | M |  | fpu  | nzp
    fdivs    | D8 /6 mem | M |  | fpu  | nzp
    fdivrs   | D8 /7 mem | M |  | fpu  | nzp
    flds     | D9 /0 mem | M |  | fpu  | nzp
    fsts     | D9 /2 mem | M |  | fpu  | nzp
    fstps    | D9 /3 mem | M |  | fpu  | nzp
    fldenv   | D9 /4 mem | M |  | fpu  | nzp
    fldcw    | D9 /5 mem | M |  | fpu  | nzp
    fnstenv  | D9 /6 mem | M |  | fpu  | nz-
    fnstcw   | D9 /7 mem | M |  | fpu  | nzp
    fiaddl   | DA /0 mem | M |  | fpu  | nzp
    fimull   | DA /1 mem | M |  | fpu  | nzp
    ficoml   | DA /2 mem | M |  | fpu  | nzp
    ficompl  | DA /3 mem | M |  | fpu  | nzp
    fisubl   | DA /4 mem | M |  | fpu  | nzp
    fisubrl  | DA /5 mem | M |  | fpu  | nzp
    fidivl   | DA /6 mem | M |  | fpu  | nzp
    fidivrl  | DA /7 mem | M |  | fpu  | nzp
    fildl    | DB /0 mem | M |  | fpu  | nzp
    fisttpl  | DB /1 mem | M |  | fpu  | nzp
    fistl    | DB /2 mem | M |  | fpu  | nzp
    fistpl   | DB /3 mem | M |  | fpu  | nzp
    fldt     | DB /5 mem | M |  | fpu  | nzp
    fstpt    | DB /7 mem | M |  | fpu  | nzp
    faddl    | DC /0 mem | M |  | fpu  | nzp
    fmull    | DC /1 mem | M |  | fpu  | nzp
    fcoml    | DC /2 mem | M |  | fpu  | nzp
    fcompl   | DC /3 mem | M |  | fpu  | nzp
    fsubl    | DC /4 mem | M |  | fpu  | nzp
    fsubrl   | DC /5 mem | M |  | fpu  | nzp
    fdivl    | DC /6 mem | M |  | fpu  | nzp
    fdivrl   | DC /7 mem | M |  | fpu  | nzp
    fldl     | DD /0 mem | M |  | fpu  | nzp
    fisttpll | DD /1 mem | M |  | fpu  | nzp
    fstl     | DD /2 mem | M |  | fpu  | nzp
    fstpl    | DD /3 mem | M |  | fpu  | nzp
    frstor   | DD /4 mem | M |  | fpu  | nzp
    fnsave   | DD /6 mem | M |  | fpu  | nz-
    fnstsw   | DD /7 mem | M |  | fpu  | nzp
    fiadds   | DE /0 mem | M |  | fpu  | nzp
    fimuls   | DE /1 mem | M |  | fpu  | nzp
    ficoms   | DE /2 mem | M |  | fpu  | nzp
    ficomps  | DE /3 mem | M |  | fpu  | nzp
    fisubs   | DE /4 mem | M |  | fpu  | nzp
    fisubrs  | DE /5 mem | M |  | fpu  | nzp
    fidivs   | DE /6 mem | M |  | fpu  | nzp
    fidivrs  | DE /7 mem | M |  | fpu  | nzp
    filds    | DF /0 mem | M |  | fpu  | nzp
    fisttps  | DF /1 mem | M |  | fpu  | nzp
    fists    | DF /2 mem | M |  | fpu  | nzp
    fistps   | DF /3 mem | M |  | fpu  | nzp
    fbld     | DF /4 mem | M |  | fpu  | nzp
    fildll   | DF /5 mem | M |  | fpu  | nzp
    fbstp    | DF /6 mem | M |  | fpu  | nzp
    fistpll  | DF /7 mem | M |  | fpu  | nzp
    fadd     | D8 [C0+i] |   |  | fpu  | nzp
    fmul     | D8 [C8+i] |   |  | fpu  | nzp
    fcom     | D8 [D0+i] |   |  | fpu  | nzp
    fcomp    | D8 [D8+i] |   |  | fpu  | nzp
    fsub     | D8 [E0+i] |   |  | fpu  | nzp
    fsubr    | D8 [E8+i] |   |  | fpu  | nzp
    fdiv     | D8 [F0+i] |   |  | fpu  | nzp
    fdivr    | D8 [F8+i] |   |  | fpu  | nzp
    fld      | D9 [C0+i] |   |  | fpu  | nzp
    fxch     | D9 [C8+i] |   |  | fpu  | nzp
    fnop     | D9 [D0]   |   |  | fpu  | nzp
    fchs     | D9 [E0]   |   |  | fpu  | nzp
    fabs     | D9 [E1]   |   |  | fpu  | nzp
    ftst     | D9 [E4]   |   |  | fpu  | nzp
    fxam     | D9 [E5]   |   |  | fpu  | nzp
    fld1     | D9 [E8]   |   |  | fpu  | nzp
    fldl2t   | D9 [E9]   |   |  | fpu  | nzp
    fldl2e   | D9 [EA]   |   |  | fpu  | nzp
    fldpi    | D9 [EB]   |   |  | fpu  | nzp
    fldlg2   | D9 [EC]   |   |  | fpu  | nzp
    fldln2   | D9 [ED]   |   |  | fpu  | nzp
    fldz     | D9 [EE]   |   |  | fpu  | nzp
    # Transcendental functions: CPU makers round them differently, so not in `portable`
    f2xm1    | D9 [F0]   |   |  | fpu  | nz-
    fyl2x    | D9 [F1]   |   |  | fpu  | nz-
    fptan    | D9 [F2]   |   |  | fpu  | nz-
    fpatan   | D9 [F3]   |   |  | fpu  | nz-
    fyl2xp1  | D9 [F9]   |   |  | fpu  | nz-
    fsincos  | D9 [FB]   |   |  | fpu  | nz-
    fsin     | D9 [FE]   |   |  | fpu  | nz-
    fcos     | D9 [FF]   |   |  | fpu  | nz-
    fxtract  | D9 [F4]   |   |  | fpu  | nzp
    fprem1   | D9 [F5]   |   |  | fpu  | nzp
    fdecstp  | D9 [F6]   |   |  | fpu  | nzp
    fincstp  | D9 [F7]   |   |  | fpu  | nzp
    fprem    | D9 [F8]   |   |  | fpu  | nzp
    fsqrt    | D9 [FA]   |   |  | fpu  | nzp
    frndint  | D9 [FC]   |   |  | fpu  | nzp
    fscale   | D9 [FD]   |   |  | fpu  | nzp
    fcmovb   | DA [C0+i] |   |  | cmov | nzp
    fcmove   | DA [C8+i] |   |  | cmov | nzp
    fcmovbe  | DA [D0+i] |   |  | cmov | nzp
    fcmovu   | DA [D8+i] |   |  | cmov | nzp
    fucompp  | DA [E9]   |   |  | fpu  | nzp
    fcmovnb  | DB [C0+i] |   |  | cmov | nzp
    fcmovne  | DB [C8+i] |   |  | cmov | nzp
    fcmovnbe | DB [D0+i] |   |  | cmov | nzp
    fcmovnu  | DB [D8+i] |   |  | cmov | nzp
    fnclex   | DB [E2]   |   |  | fpu  | nzp
    fninit   | DB [E3]   |   |  | fpu  | nzp
    fucomi   | DB [E8+i] |   |  | fpu  | nzp
    fcomi    | DB [F0+i] |   |  | fpu  | nzp
    fadd     | DC [C0+i] |   |  | fpu  | nzp
    fmul     | DC [C8+i] |   |  | fpu  | nzp
    fsub     | DC [E0+i] |   |  | fpu  | nzp
    fsubr    | DC [E8+i] |   |  | fpu  | nzp
    fdiv     | DC [F0+i] |   |  | fpu  | nzp
    fdivr    | DC [F8+i] |   |  | fpu  | nzp
    ffree    | DD [C0+i] |   |  | fpu  | nzp
    fst      | DD [D0+i] |   |  | fpu  | nzp
    fstp     | DD [D8+i] |   |  | fpu  | nzp
    fucom    | DD [E0+i] |   |  | fpu  | nzp
    fucomp   | DD [E8+i] |   |  | fpu  | nzp
    faddp    | DE [C0+i] |   |  | fpu  | nzp
    fmulp    | DE [C8+i] |   |  | fpu  | nzp
    fcompp   | DE [D9]   |   |  | fpu  | nzp
    fsubp    | DE [E0+i] |   |  | fpu  | nzp
    fsubrp   | DE [E8+i] |   |  | fpu  | nzp
    fdivp    | DE [F0+i] |   |  | fpu  | nzp
    fdivrp   | DE [F8+i] |   |  | fpu  | nzp
    fnstsw   | DF [E0]   |   |  | fpu  | nzp
    fucomip  | DF [E8+i] |   |  | fpu  | nzp
    fcomip   | DF [F0+i] |   |  | fpu  | nzp
    """
}
