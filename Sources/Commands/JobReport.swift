public import ArgumentParser
import Foundation
import MapReduce
import PlainRun
import Report

/// Which run a command is about.
struct RunSelection: ParsableArguments {
  @Argument(help: "ID of the run, the beginning of one, or `latest`.")
  var run: String = "latest"

  @Option(help: ArgumentHelp("Folder with the runs' state.", valueName: "folder"))
  var state: String?

  var history: History {
    History(folder: JobFolder.home(state))
  }
}

/// `zvm job report`: what a run did, as a page or as data.
struct JobReport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show what a run did: a page, JSON, Prometheus text, or a log.",
    discussion: """
      The page is one file that needs nothing else. tsv is a line a shard with fixed columns.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case html, json, prometheus, tsv
  }

  @OptionGroup var selection: RunSelection

  @Option(help: "html, json, prometheus or tsv.")
  var format = Kind.html

  @Option(
    name: .shortAndLong,
    help: "Write here instead of standard output; html goes to ID.html in this folder by default.")
  var output: String?

  func run() throws {
    do throws(RecordError) {
      let history = selection.history
      let identifier = try history.find(selection.run)
      let record = try history.record(identifier)
      let text =
        switch format {
        case .html:
          HTMLReport(record) { history.errorTail(identifier, $0) }.text
        case .json: JSONSummary(record).text
        case .prometheus: PrometheusText(record).text
        case .tsv: TaskLog(record).text
        }
      let path = output ?? (format == .html ? "\(identifier).html" : nil)
      guard let path, path != "-" else {
        print(text, terminator: "")
        return
      }
      try write(text, to: path)
      if output == nil { print(path) }
    } catch {
      throw failure("\(error)")
    }
  }

  /// Complete or not at all.
  private func write(_ text: String, to path: String) throws(RecordError) {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw RecordError("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}

/// `zvm job stderr`: what programs wrote to their standard error.
struct JobErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stderr", abstract: "Print what the programs of a run wrote to standard error.")

  @OptionGroup var selection: RunSelection

  @Option(help: "Only this shard or partition.")
  var shard: Int?

  func run() throws {
    do throws(RecordError) {
      let history = selection.history
      let identifier = try history.find(selection.run)
      let record = try history.record(identifier)
      for task in record.tasks where shard == nil || task.n == shard {
        guard let text = history.errorTail(identifier, task, limit: 1 << 20) else { continue }
        print("== \(task.stage) \(task.phase) \(task.n)\(task.path.map { " (\($0))" } ?? "")")
        // What does not fit is not kept.
        let isCut = text.utf8.count >= 64 << 10
        let shown = isatty(1) == 1 ? harmless(text) : text
        print(shown, terminator: shown.hasSuffix("\n") ? "" : "\n")
        if isCut { print("== cut at 64 KiB") }
      }
    } catch {
      throw failure("\(error)")
    }
  }
}

/// `zvm jobs`: the runs of the past.
public struct JobsCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "List the jobs that were run.")

  @Option(name: .shortAndLong, help: "Only so many, the newest.")
  var number = 20

  @Option(help: ArgumentHelp("Folder with the runs' state.", valueName: "folder"))
  var state: String?

  public init() {}

  public func run() throws {
    let history = History(folder: JobFolder.home(state))
    var records: [RunRecord] = []
    for identifier in history.identifiers().suffix(max(0, number)) {
      // A folder that another zvm wrote, or that is damaged, does not hide the others.
      do throws(RecordError) { records.append(try history.record(identifier)) } catch {
        say("zvm jobs: \(error)\n")
      }
    }
    print(HistoryTable(records).text, terminator: "")
  }
}

private func failure(_ text: String) -> ExitCode {
  say("zvm: \(text)\n")
  return .failure
}
