public import ArgumentParser
import Foundation
import MapReduce

/// `zvm cache`: results of earlier jobs.
public struct CacheCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Look at and clean the cache of shard results.",
    subcommands: [Info.self, Prune.self])

  public init() {}

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say where the cache is and how much it holds.")

    func run() {
      let cache = ShardCache()
      let usage = cache.usage()
      print("folder   \(cache.folder)")
      print("entries  \(usage.entryCount)")
      print("bytes    \(usage.byteCount)")
      print("limit    \(cache.limit)")
    }
  }

  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove the results that were not used for longest.")

    @Option(help: "Keep at most so much, such as 2GiB; by default nothing.")
    var maxSize = "0"

    func validate() throws {
      guard byteCount(maxSize) != nil else {
        throw ValidationError("--max-size: '\(maxSize)' is not a size such as 2GiB")
      }
    }

    func run() {
      let removed = ShardCache().prune(to: Int64(byteCount(maxSize) ?? 0))
      print("removed \(removed.entryCount) entries, \(removed.byteCount) bytes")
    }
  }
}
