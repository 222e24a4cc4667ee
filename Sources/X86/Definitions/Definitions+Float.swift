// swift-format-ignore-file
extension InstructionSet {
  /// x87. The notation is explained in `Definition.swift`.
  static let float: StaticString = """
    # Environment stores (fnstenv, fnsave) differ between CPU makers in the pointers they keep: not in `portable`.
    fadds    | D8 /0 mem | M | noW   | fpu  | nzp
    fmuls    | D8 /1 mem | M | noW   | fpu  | nzp
    fcoms    | D8 /2 mem | M | noW   | fpu  | nzp
    fcomps   | D8 /3 mem | M | noW   | fpu  | nzp
    fsubs    | D8 /4 mem | M | noW   | fpu  | nzp
    fsubrs   | D8 /5 mem | M | noW   | fpu  | nzp
    fdivs    | D8 /6 mem | M | noW   | fpu  | nzp
    fdivrs   | D8 /7 mem | M | noW   | fpu  | nzp
    flds     | D9 /0 mem | M | noW   | fpu  | nzp
    fsts     | D9 /2 mem | M | noW   | fpu  | nzp
    fstps    | D9 /3 mem | M | noW   | fpu  | nzp
    fldenv   | D9 /4 mem | M | noW   | fpu  | nzp
    fldcw    | D9 /5 mem | M | noW   | fpu  | nzp
    fnstenv  | D9 /6 mem | M | noW   | fpu  | nz-
    fnstcw   | D9 /7 mem | M | noW   | fpu  | nzp
    fiaddl   | DA /0 mem | M | noW   | fpu  | nzp
    fimull   | DA /1 mem | M | noW   | fpu  | nzp
    ficoml   | DA /2 mem | M | noW   | fpu  | nzp
    ficompl  | DA /3 mem | M | noW   | fpu  | nzp
    fisubl   | DA /4 mem | M | noW   | fpu  | nzp
    fisubrl  | DA /5 mem | M | noW   | fpu  | nzp
    fidivl   | DA /6 mem | M | noW   | fpu  | nzp
    fidivrl  | DA /7 mem | M | noW   | fpu  | nzp
    fildl    | DB /0 mem | M | noW   | fpu  | nzp
    fisttpl  | DB /1 mem | M | noW   | fpu  | nzp
    fistl    | DB /2 mem | M | noW   | fpu  | nzp
    fistpl   | DB /3 mem | M | noW   | fpu  | nzp
    fldt     | DB /5 mem | M | noW   | fpu  | nzp
    fstpt    | DB /7 mem | M | noW   | fpu  | nzp
    faddl    | DC /0 mem | M | noW   | fpu  | nzp
    fmull    | DC /1 mem | M | noW   | fpu  | nzp
    fcoml    | DC /2 mem | M | noW   | fpu  | nzp
    fcompl   | DC /3 mem | M | noW   | fpu  | nzp
    fsubl    | DC /4 mem | M | noW   | fpu  | nzp
    fsubrl   | DC /5 mem | M | noW   | fpu  | nzp
    fdivl    | DC /6 mem | M | noW   | fpu  | nzp
    fdivrl   | DC /7 mem | M | noW   | fpu  | nzp
    fldl     | DD /0 mem | M | noW   | fpu  | nzp
    fisttpll | DD /1 mem | M | noW   | fpu  | nzp
    fstl     | DD /2 mem | M | noW   | fpu  | nzp
    fstpl    | DD /3 mem | M | noW   | fpu  | nzp
    frstor   | DD /4 mem | M | noW   | fpu  | nzp
    fnsave   | DD /6 mem | M | noW   | fpu  | nz-
    fnstsw   | DD /7 mem | M | noW   | fpu  | nzp
    fiadds   | DE /0 mem | M | noW   | fpu  | nzp
    fimuls   | DE /1 mem | M | noW   | fpu  | nzp
    ficoms   | DE /2 mem | M | noW   | fpu  | nzp
    ficomps  | DE /3 mem | M | noW   | fpu  | nzp
    fisubs   | DE /4 mem | M | noW   | fpu  | nzp
    fisubrs  | DE /5 mem | M | noW   | fpu  | nzp
    fidivs   | DE /6 mem | M | noW   | fpu  | nzp
    fidivrs  | DE /7 mem | M | noW   | fpu  | nzp
    filds    | DF /0 mem | M | noW   | fpu  | nzp
    fisttps  | DF /1 mem | M | noW   | fpu  | nzp
    fists    | DF /2 mem | M | noW   | fpu  | nzp
    fistps   | DF /3 mem | M | noW   | fpu  | nzp
    fbld     | DF /4 mem | M | noW   | fpu  | nzp
    fildll   | DF /5 mem | M | noW   | fpu  | nzp
    fbstp    | DF /6 mem | M | noW   | fpu  | nzp
    fistpll  | DF /7 mem | M | noW   | fpu  | nzp
    fadd     | D8 [C0+i] |   | norex | fpu  | nzp
    fmul     | D8 [C8+i] |   | norex | fpu  | nzp
    fcom     | D8 [D0+i] |   | norex | fpu  | nzp
    fcomp    | D8 [D8+i] |   | norex | fpu  | nzp
    fsub     | D8 [E0+i] |   | norex | fpu  | nzp
    fsubr    | D8 [E8+i] |   | norex | fpu  | nzp
    fdiv     | D8 [F0+i] |   | norex | fpu  | nzp
    fdivr    | D8 [F8+i] |   | norex | fpu  | nzp
    fld      | D9 [C0+i] |   | norex | fpu  | nzp
    fxch     | D9 [C8+i] |   | norex | fpu  | nzp
    fnop     | D9 [D0]   |   | norex | fpu  | nzp
    fchs     | D9 [E0]   |   | norex | fpu  | nzp
    fabs     | D9 [E1]   |   | norex | fpu  | nzp
    ftst     | D9 [E4]   |   | norex | fpu  | nzp
    fxam     | D9 [E5]   |   | norex | fpu  | nzp
    fld1     | D9 [E8]   |   | norex | fpu  | nzp
    fldl2t   | D9 [E9]   |   | norex | fpu  | nzp
    fldl2e   | D9 [EA]   |   | norex | fpu  | nzp
    fldpi    | D9 [EB]   |   | norex | fpu  | nzp
    fldlg2   | D9 [EC]   |   | norex | fpu  | nzp
    fldln2   | D9 [ED]   |   | norex | fpu  | nzp
    fldz     | D9 [EE]   |   | norex | fpu  | nzp
    # Transcendental functions: CPU makers round them differently, so not in `portable`
    f2xm1    | D9 [F0]   |   | norex | fpu  | nz-
    fyl2x    | D9 [F1]   |   | norex | fpu  | nz-
    fptan    | D9 [F2]   |   | norex | fpu  | nz-
    fpatan   | D9 [F3]   |   | norex | fpu  | nz-
    fyl2xp1  | D9 [F9]   |   | norex | fpu  | nz-
    fsincos  | D9 [FB]   |   | norex | fpu  | nz-
    fsin     | D9 [FE]   |   | norex | fpu  | nz-
    fcos     | D9 [FF]   |   | norex | fpu  | nz-
    fxtract  | D9 [F4]   |   | norex | fpu  | nzp
    fprem1   | D9 [F5]   |   | norex | fpu  | nzp
    fdecstp  | D9 [F6]   |   | norex | fpu  | nzp
    fincstp  | D9 [F7]   |   | norex | fpu  | nzp
    fprem    | D9 [F8]   |   | norex | fpu  | nzp
    fsqrt    | D9 [FA]   |   | norex | fpu  | nzp
    frndint  | D9 [FC]   |   | norex | fpu  | nzp
    fscale   | D9 [FD]   |   | norex | fpu  | nzp
    fcmovb   | DA [C0+i] |   | norex | cmov | nzp
    fcmove   | DA [C8+i] |   | norex | cmov | nzp
    fcmovbe  | DA [D0+i] |   | norex | cmov | nzp
    fcmovu   | DA [D8+i] |   | norex | cmov | nzp
    fucompp  | DA [E9]   |   | norex | fpu  | nzp
    fcmovnb  | DB [C0+i] |   | norex | cmov | nzp
    fcmovne  | DB [C8+i] |   | norex | cmov | nzp
    fcmovnbe | DB [D0+i] |   | norex | cmov | nzp
    fcmovnu  | DB [D8+i] |   | norex | cmov | nzp
    fnclex   | DB [E2]   |   | norex | fpu  | nzp
    fninit   | DB [E3]   |   | norex | fpu  | nzp
    fucomi   | DB [E8+i] |   | norex | fpu  | nzp
    fcomi    | DB [F0+i] |   | norex | fpu  | nzp
    fadd     | DC [C0+i] |   | norex | fpu  | nzp
    fmul     | DC [C8+i] |   | norex | fpu  | nzp
    fsub     | DC [E0+i] |   | norex | fpu  | nzp
    fsubr    | DC [E8+i] |   | norex | fpu  | nzp
    fdiv     | DC [F0+i] |   | norex | fpu  | nzp
    fdivr    | DC [F8+i] |   | norex | fpu  | nzp
    ffree    | DD [C0+i] |   | norex | fpu  | nzp
    fst      | DD [D0+i] |   | norex | fpu  | nzp
    fstp     | DD [D8+i] |   | norex | fpu  | nzp
    fucom    | DD [E0+i] |   | norex | fpu  | nzp
    fucomp   | DD [E8+i] |   | norex | fpu  | nzp
    faddp    | DE [C0+i] |   | norex | fpu  | nzp
    fmulp    | DE [C8+i] |   | norex | fpu  | nzp
    fcompp   | DE [D9]   |   | norex | fpu  | nzp
    fsubp    | DE [E0+i] |   | norex | fpu  | nzp
    fsubrp   | DE [E8+i] |   | norex | fpu  | nzp
    fdivp    | DE [F0+i] |   | norex | fpu  | nzp
    fdivrp   | DE [F8+i] |   | norex | fpu  | nzp
    fnstsw   | DF [E0]   |   | norex | fpu  | nzp
    fucomip  | DF [E8+i] |   | norex | fpu  | nzp
    fcomip   | DF [F0+i] |   | norex | fpu  | nzp
    """
}
