/// Numbers and times for people.
enum Format {
  /// `512 B`, `1.5 MiB`.
  static func bytes(_ count: Int64) -> String {
    if count < 1024 { return "\(count) B" }
    var value = Double(count)
    var unit = -1
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    return "\(decimal(value, digits: value < 10 ? 2 : 1)) \(units[unit])"
  }

  /// `820 µs`, `12.4 ms`, `3.21 s`, `4 m 10 s`, `2 h 3 m`.
  static func seconds(_ seconds: Double) -> String {
    if seconds < 0.001 { return "\(decimal(seconds * 1_000_000, digits: 0)) µs" }
    if seconds < 1 { return "\(decimal(seconds * 1000, digits: 1)) ms" }
    if seconds < 60 { return "\(decimal(seconds, digits: 2)) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) m \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) m"
  }

  /// A number with so many digits behind the point.
  static func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return "0" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int64(scaled) / Int64(scale)
    let rest = String(Int64(scaled) % Int64(scale))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// `2026-11-25 14:22:33` of milliseconds since 1970, UTC.
  static func time(_ milliseconds: Double) -> String {
    let seconds = Int((milliseconds / 1000).rounded(.down))
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let second = seconds - day * 86_400
    let (year, month, date) = civil(day)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(year)-\(two(month))-\(two(date)) "
      + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
  }

  /// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar: counted from
  /// a first of March, so that a leap day is the last of its year.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// Text inside HTML or SVG.
  static func html(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // No control characters: a guest chose some of these bytes.
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A field of a tab-separated line: no tab, no end of line, `-` for nothing.
  static func field(_ text: String?) -> String {
    guard let text, !text.isEmpty else { return "-" }
    return String(
      text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
  }
}
