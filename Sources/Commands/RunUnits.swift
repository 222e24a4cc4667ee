public import ArgumentParser

/// `256MiB`, `1GiB`, `64k` or plain bytes.
public struct ByteCount: ExpressibleByArgument, Sendable {
  let rawValue: Int

  public init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let units: [String: Int] = [
      "": 1, "b": 1, "k": 1 << 10, "kib": 1 << 10, "m": 1 << 20, "mib": 1 << 20, "g": 1 << 30,
      "gib": 1 << 30,
    ]
    guard let number = Int(digits), let unit = units[argument.dropFirst(digits.count).lowercased()],
      number > 0, !number.multipliedReportingOverflow(by: unit).overflow
    else { return nil }
    rawValue = number * unit
  }
}

/// `5`, `5s`, `500ms` or `2m`.
public struct TimeLimit: ExpressibleByArgument, Sendable {
  let duration: Duration

  public init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let units: [String: Int64] = ["": 1000, "s": 1000, "ms": 1, "m": 60_000]
    guard let number = Int64(digits), number > 0, number < 1 << 40,
      let unit = units[String(argument.dropFirst(digits.count))]
    else { return nil }
    duration = .milliseconds(number * unit)
  }
}
