/// Makes access logs in the combined format that look real: few paths that many ask for, many that
/// few ask for, some errors, growing time. The same seed gives the same bytes.
public struct AccessLogGenerator: Sendable {
  private var state: UInt64
  private var second = 0
  private var buffer: [UInt8] = []

  private static let methods = ["GET", "GET", "GET", "GET", "GET", "GET", "POST", "HEAD", "PUT"]
  private static let statuses = [
    "200", "200", "200", "200", "200", "200", "200", "200", "200", "304", "304", "301", "404",
    "404", "403", "500", "206", "302", "503", "400",
  ]
  private static let sections = [
    "index.html", "images/logo.png", "style/main.css", "api/v1/items", "api/v1/users", "search",
    "docs/guide.html", "download/release.tar.gz", "feed.xml", "login", "cart", "blog/post",
  ]
  private static let agents = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    "curl/8.5.0", "python-requests/2.32", "Mozilla/5.0 (compatible; ExampleBot/2.1)",
  ]

  public init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `limit`, small ones far more often: the product of two even draws.
  private mutating func skewed(_ limit: UInt64) -> UInt64 {
    let draw = next()
    return ((draw >> 32) % limit) * ((draw & 0xFFFF_FFFF) % limit) / limit
  }

  /// Lines of at least `byteCount` bytes together, the last one whole.
  public mutating func lines(atLeast byteCount: Int) -> [UInt8] {
    buffer.removeAll(keepingCapacity: true)
    buffer.reserveCapacity(byteCount + 512)
    while buffer.count < byteCount { line() }
    return buffer
  }

  private mutating func line() {
    let draw = next()
    second += draw & 7 == 0 ? 1 : 0
    let address = skewed(60_000)
    number(10)
    text(".")
    number(address >> 16 & 255)
    text(".")
    number(address >> 8 & 255)
    text(".")
    number(address & 255)
    text(" - ")
    if draw >> 8 & 3 == 0 {
      text("user")
      number(skewed(5000))
    } else {
      text("-")
    }
    time()
    text(Self.methods[Int((draw >> 16) % UInt64(Self.methods.count))])
    text(" /")
    text(Self.sections[Int(skewed(UInt64(Self.sections.count)))])
    if draw >> 24 & 1 == 0 {
      text("?id=")
      number(skewed(20_000))
    }
    text(" HTTP/1.1\" ")
    text(Self.statuses[Int((draw >> 28) % UInt64(Self.statuses.count))])
    text(" ")
    number(skewed(100_000) + 100)
    text(" \"-\" \"")
    text(Self.agents[Int((draw >> 40) % UInt64(Self.agents.count))])
    text("\"\n")
  }

  private mutating func time() {
    let days = second / 86_400
    text(" [")
    twoDigits(1 + days % 28)
    text("/Nov/2026:")
    twoDigits(second / 3600 % 24)
    text(":")
    twoDigits(second / 60 % 60)
    text(":")
    twoDigits(second % 60)
    text(" +0000] \"")
  }

  private mutating func twoDigits(_ value: Int) {
    buffer.append(UInt8(48 + value / 10))
    buffer.append(UInt8(48 + value % 10))
  }

  private mutating func text(_ string: String) { buffer.append(contentsOf: string.utf8) }

  private mutating func number(_ value: UInt64) {
    let start = buffer.count
    var rest = value
    repeat {
      buffer.append(UInt8(48 + rest % 10))
      rest /= 10
    } while rest > 0
    buffer[start...].reverse()
  }
}
