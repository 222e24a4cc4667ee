/// Reads sizes such as `8MiB`, `64K`, `1000`: bytes, with binary multiples.
public func byteCount(_ text: String) -> Int? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard let number = Int(digits), number >= 0 else { return nil }
  let units: [String: Int] = [
    "": 0, "B": 0, "K": 10, "KB": 10, "KiB": 10, "M": 20, "MB": 20, "MiB": 20, "G": 30, "GB": 30,
    "GiB": 30, "T": 40, "TB": 40, "TiB": 40,
  ]
  guard let shift = units[String(text.dropFirst(digits.count)).replacing(" ", with: "")],
    number <= Int.max >> shift
  else { return nil }
  return number << shift
}

/// Reads times such as `30`, `30s`, `5m`, `1h` as seconds.
public func seconds(_ text: String) -> Int? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  let units = ["": 1, "s": 1, "m": 60, "h": 3600]
  guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
    number > 0, number <= 2_147_483_647 / unit
  else { return nil }
  return number * unit
}
