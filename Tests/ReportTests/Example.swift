import Foundation

@testable import Report

/// A record with everything in it: two phases, a cached, a skipped, a failed and a retried task, a line
/// that was cut off, an event of a later version, hostile text.
enum Example {
  static let lines = #"""
    {"event":"job","format":1,"id":"20261125T142233-1-logs","t":1000000,"name":"logs","file":"/j/logs.yaml","folder":"/j","engine":"0.1.0","host":"h","cores":2,"jobs":2,"cache":true,"set":{"day":"<1>"}}
    {"event":"input","stage":"main","path":"/d/a.log","bytes":4096,"modified_ns":1,"inode":2}
    {"event":"stage","t":1000000,"stage":"main","phase":"map","program":"map.c","program_sha256":"ab","tasks":4,"bytes":4096,"plan":"x"}
    {"event":"task","stage":"main","phase":"map","n":1,"t":1001000,"wall":3.0,"user":2.0,"system":0.5,"slot":1,"attempt":2,"status":"ok","reason":"run","path":"/d/a.log","offset":1024,"length":1024,"in":2000,"out":20,"peak":1048576,"exit":0,"signal":0,"etag":"e1"}
    {"event":"task","stage":"main","phase":"map","n":0,"t":1000000,"wall":1.0,"user":0.5,"system":0.25,"slot":0,"attempt":1,"status":"ok","reason":"run","path":"/d/a\tb<script>.log","offset":0,"length":1024,"in":1000,"out":10,"exit":0,"signal":0}
    {"event":"task","stage":"main","phase":"map","n":2,"t":1002000,"wall":0.0,"slot":0,"attempt":1,"status":"ok","reason":"cache","path":"/d/a.log","offset":2048,"length":1024,"in":1000,"out":5}
    {"event":"task","stage":"main","phase":"map","n":3,"t":1002000,"wall":0.5,"slot":0,"attempt":1,"status":"failed","reason":"run","error":"old"}
    {"event":"task","stage":"main","phase":"map","n":3,"t":1002500,"wall":0.5,"slot":0,"attempt":2,"status":"skipped","reason":"run","path":"/d/a.log","offset":3072,"length":1024,"exit":1,"signal":11,"error":"crashed <b>"}
    {"event":"retry","t":1002000,"stage":"main","phase":"map","n":3,"attempt":1,"error":"crashed"}
    {"event":"from a later version","t":1}
    {"event":"stage_end","t":1004000,"stage":"main","phase":"map","wall":4.0}
    {"event":"stage","t":1004000,"stage":"main","phase":"reduce","program":"reduce.c","tasks":1}
    {"event":"task","stage":"main","phase":"reduce","n":0,"t":1004000,"wall":1.0,"user":1.0,"system":0.0,"slot":0,"attempt":1,"status":"ok","reason":"run","in":35,"out":7,"exit":0,"signal":0}
    {"event":"end","t":1005000,"status":"done","error":null,"tasks":5,"cached":1,"resumed":0,"skipped":1,"in":4000,"out":7,"wall":5.0,"user":3.5,"system":0.75,"outputs":[{"path":"/j/out.tsv","bytes":7,"sha256":"ff"}]}
    {"event":"task","stage":"main","phase":"map","n":9,"t":10
    """#

  static func record() throws -> RunRecord { try RunRecord(lines: Data(lines.utf8)) }
}
