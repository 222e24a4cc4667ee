import Foundation
import Testing

/// Job programs in Lua and awk.
@Suite("script programs", .serialized)
struct ScriptTests {
  private func job(_ folder: Folder, _ map: String, _ reduce: String = "") throws -> Result {
    try folder.write("data", (1...3000).map { "key\($0 % 7) \($0)\n" }.joined())
    try folder.write(
      "job.yaml", "name: scripts\ninput: data\nmap: \(map)\n\(reduce)output: result\n")
    return try run(
      zvm, ["job", "run", folder.path("job.yaml"), "--jobs", "3", "--shard-size", "5KiB"])
  }

  @Test("an awk program stands in the job file itself")
  func inlineAwk() throws {
    let folder = try Folder()
    let result = try job(
      folder, #"{program: 'awk: {n[$1] += $2} END {for (k in n) print k "\t" n[k]}'}"#,
      """
      reduce:
        program: |
          awk: BEGIN { FS = "\\t" }
          { total[$1] += $2 }
          END { for (i = 0; i < 7; i++) print "key" i, total["key" i], factor }
        args: [factor=2]

      """)
    #expect(result.status == 0, "\(result.errors)")
    // awk takes `factor=2` as an assignment only when it comes to it among its inputs.
    let expected = try shell(
      "awk '{n[$1] += $2} END {for (i = 0; i < 7; i++) print \"key\" i, n[\"key\" i], 2}' data",
      in: folder.url)
    #expect(try folder.text("result") == expected)
  }

  @Test(
    "with a template each task starts from the same set-up, and what comes out is the same",
    arguments: ["template: false", "template: true", "memory: 64MiB"])
  func template(option: String) throws {
    let folder = try Folder()
    try folder.write("list", (0..<7).map { "key\($0) name\($0)\n" }.joined())
    _ = try shell("tar cf names.tar list", in: folder.url)
    // A task that found what another has left would say so.
    try folder.write(
      "map.lua",
      """
      local names = {}
      -- Enough to make a template worth while where nobody asks for one.
      for i = 1, 300000 do names[i % 9] = i end
      for l in io.lines('/names/list') do
        local k, v = l:match('(%S+) (%S+)')
        names[k] = v
      end
      if io.open('/tmp/mark') then print('not fresh') end
      io.open('/tmp/mark', 'w'):close()
      for l in io.lines() do
        local k, n = l:match('(%S+) (%d+)')
        print(names[k] .. '\\t' .. n)
      end
      """)
    try folder.write(
      "sum.awk", #"{ sum[$1] += $2 } END { for (i = 0; i < 7; i++) print "name" i, sum["name" i] }"#
    )
    try folder.write("data", (1...3000).map { "key\($0 % 7) \($0)\n" }.joined())
    try folder.write(
      "job.yaml",
      """
      name: template
      input: data
      map: {program: map.lua, \(option)}
      reduce: {program: sum.awk, \(option)}
      side: {tar: names.tar, at: /names}
      output: result

      """)
    let result = try run(
      zvm, ["job", "run", folder.path("job.yaml"), "--jobs", "3", "--shard-size", "5KiB"])
    #expect(result.status == 0, "\(result.errors)")
    let expected = try shell(
      "sed 's/^key/name/' data | awk '{n[$1] += $2} END {for (i = 0; i < 7; i++) print \"name\" i, n[\"name\" i]}'",
      in: folder.url)
    #expect(try folder.text("result") == expected)
  }

  @Test("a Lua program gets its arguments and environment")
  func lua() throws {
    let folder = try Folder()
    try folder.write(
      "say it.lua", "for l in io.lines() do io.write(arg[1], l, os.getenv('TAIL'), '\\n') end")
    let result = try job(
      folder, "{program: say it.lua, args: ['> '], env: {TAIL: ' <'}}")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try folder.text("result") == shell("sed 's/.*/> & </' data", in: folder.url))
  }

  @Test(
    "a mistake in a script is shown with the script's name and line",
    arguments: [
      ("map.lua", "local x = 1\nlocal y = nil\nprint(x + y)\n", "map.lua:3:"),
      ("map.lua", "for l in io.lines() do\n  print(l\nend\n", "map.lua:3:"),
      ("map.awk", "# a comment\n{ print $1 \n}}\n", "map.awk: line 3:"),
    ])
  func mistakes(name: String, text: String, place: String) throws {
    let folder = try Folder()
    try folder.write(name, text)
    let result = try job(folder, "{program: \(name)}")
    #expect(result.status == 1)
    #expect(result.errors.contains(place), "\(result.errors)")
    #expect(result.errors.contains("shard "), "\(result.errors)")
    #expect(!folder.names.contains("result"))
  }

  @Test("a script that is not there, or far too large, is named")
  func missing() throws {
    let folder = try Folder()
    let result = try job(folder, "{program: nowhere.lua}")
    #expect(result.status == 1)
    #expect(result.errors.contains("nowhere.lua"), "\(result.errors)")
    #expect(result.errors.contains("cannot be read"), "\(result.errors)")
    try folder.write("large.awk", String(repeating: "# comment\n", count: 110_000))
    let large = try job(folder, "{program: large.awk}")
    #expect(large.status == 1)
    #expect(large.errors.contains("large.awk: larger than"), "\(large.errors)")
  }

  @Test("a script can reach nothing but its channels")
  func confined() throws {
    let folder = try Folder()
    try folder.write(
      "map.lua",
      """
      assert(not io.open("/etc/shadow") and not io.open("/proc/self/maps"))
      assert(not io.open("/dev/map.lua", "w"))
      assert(not pcall(io.popen, "id") or not io.popen("id"))
      assert(not os.execute("true"))
      print(os.time(), os.clock() < 1)
      """)
    let first = try job(folder, "{program: map.lua}")
    #expect(first.status == 0, "\(first.errors)")
    let before = try folder.text("result")
    _ = try job(folder, "{program: map.lua}")
    #expect(try folder.text("result") == before)
  }

  @Test("scripts map, combine and reduce sorted pairs, with a file beside them")
  func combinerAndSide() throws {
    let folder = try Folder()
    try folder.write(
      "data", (1...4000).map { "key\($0 % 11) \($0) \($0 % 5)\n" }.joined())
    try folder.write("names.txt", (0..<5).map { "\($0)\tname \($0)\n" }.joined())
    _ = try shell("tar -cf names.tar names.txt", in: folder.url)
    // Works on a stream in order of keys: it keeps one key only, and refuses a key that comes back.
    try folder.write(
      "reduce.lua",
      """
      local key, sum, seen = nil, 0, {}
      local function done() if key then print(key, sum) end end
      for line in io.lines() do
        local k, n = line:match("^([^\t]*)\t(%d+)$")
        if k ~= key then
          done()
          if seen[k] then error("again: " .. k) end
          key, sum, seen[k] = k, 0, true
        end
        sum = sum + tonumber(n)
      end
      done()
      """)
    try folder.write(
      "map.awk",
      #"""
      BEGIN { while ((getline line < "/side/names.txt") > 0) { split(line, f, "\t"); name[f[1]] = f[2] } }
      { print $1 " " name[$3] "\t" $2 }
      """#)
    let base = """
      name: combined
      input: data
      map: {program: map.awk}
      shuffle: sort
      reducers: 3
      reduce: {program: reduce.lua}
      side: {tar: names.tar, at: /side}
      output: "out/{n}"

      """
    let expected = try shell(
      #"""
      awk '{s[$1 " name " $3] += $2} END {for (k in s) printf "%s\t%d\n", k, s[k]}' data | sort
      """#, in: folder.url)
    let combine =
      #"combine: {program: 'awk: BEGIN {FS = "\t"} {n[$1] += $2} END {for (k in n) print k "\t" n[k]}'}"#
    for file in [base, base + combine + "\n"] {
      try folder.write("job.yaml", file)
      let result = try run(
        zvm,
        [
          "job", "run", folder.path("job.yaml"), "--jobs", "3", "--shard-size", "5KiB",
          "--no-cache",
        ])
      #expect(result.status == 0, "\(result.errors)")
      #expect(try shell("cat out/* | sort", in: folder.url) == expected)
    }
  }
}
