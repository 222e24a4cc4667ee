import X86

/// One decoded instruction: its form and the bits that decide about registers and memory.
struct Decoded {
  /// `Form.bits`.
  var form: UInt32 = 0
  /// From the first prefix to the last immediate.
  var byteCount = 0
  /// The set has an instruction with this encoding.
  var isValid = false
  /// The REX prefix or 0; with VEX, its R, X and B in the same places.
  var rex: UInt32 = 0
  var opcode: UInt32 = 0
  var modrm: UInt32 = 0
  var sib: UInt32 = 0
  /// The register number in VEX.vvvv.
  var vvvv: UInt32 = 0
  /// One of `InstructionSet.shapes`, or 0 without ModRM.
  var shape: UInt32 = 0

  @inline(__always) var isMemory: Bool { shape & InstructionSet.memoryShape != 0 }

  /// ModRM.reg and ModRM.rm as register numbers.
  @inline(__always) var reg: UInt32 { modrm &>> 3 & 7 | rex &<< 1 & 8 }
  @inline(__always) var rm: UInt32 { modrm & 7 | rex &<< 3 & 8 }

  /// Register number of the memory operand's base; 16 is rip, 31 none.
  @inline(__always) var base: UInt32 {
    if shape & InstructionSet.sibShape != 0 {
      return hasNoBase ? BundleChecker.none : sib & 7 | rex &<< 3 & 8
    }
    return shape & InstructionSet.ripShape != 0 ? BundleChecker.rip : rm
  }

  /// A SIB byte that names no base register, but four bytes of displacement.
  @inline(__always) var hasNoBase: Bool { modrm < 0x40 && sib & 7 == 5 }

  /// Register number of the memory operand's index; 31 is none.
  @inline(__always) var index: UInt32 {
    if shape & InstructionSet.sibShape == 0 { return BundleChecker.none }
    let number = sib &>> 3 & 7 | rex &<< 2 & 8
    return number == 4 ? BundleChecker.none : number
  }

  /// The general-purpose register that is written, for the first five destinations of a form; no
  /// reserved one where none is written.
  @inline(__always)
  func first(_ destination: UInt32) -> UInt32 {
    let rm = isMemory ? BundleChecker.none : self.rm
    // One byte for each of none, modrmReg, modrmRM, opcode and accumulator.
    let low = BundleChecker.none | reg &<< 8 | rm &<< 16 | (opcode & 7 | rex &<< 3 & 8) &<< 24
    let number = UInt32(truncatingIfNeeded: UInt64(low) &>> UInt64(destination &* 8)) & 31
    // ah, ch, dh and bh are parts of the first four registers.
    let isHigh = form &>> Form.widthShift & 3 == Form.Width.byte.rawValue && rex == 0
    return number & (isHigh ? ~4 : ~0)
  }
}
