extension HTMLReport {
  static let style = """
    :root{--fg:#1c2430;--bg:#fbfcfd;--card:#fff;--line:#dde3ea;--muted:#66717f;--map:#3f7fd6;
    --reduce:#8a5cd0;--cache:#3aa57a;--skipped:#d9a514;--failed:#d1453b}
    @media(prefers-color-scheme:dark){:root{--fg:#dfe6ee;--bg:#12171d;--card:#1a2129;--line:#2c3642;
    --muted:#8b98a7;--map:#5b9bf0;--reduce:#a98af0;--cache:#4fc193;--skipped:#e5bd45;--failed:#f0716a}}
    *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);
    font:15px/1.5 system-ui,sans-serif}main{max-width:1280px;margin:0 auto;padding:24px 20px 60px}
    h1{font-size:26px;margin:0}h2{font-size:18px;margin:32px 0 4px}p{margin:4px 0}
    code,pre{font:13px/1.4 ui-monospace,monospace}.muted{color:var(--muted)}
    .badge{font-size:14px;padding:2px 10px;border-radius:12px;color:#fff;vertical-align:middle}
    .good{background:var(--cache)}.fair{background:var(--skipped)}.bad{background:var(--failed)}
    .problem{border-left:4px solid var(--failed);padding:6px 12px;background:var(--card)}
    .cards{display:flex;flex-wrap:wrap;gap:12px;margin-top:20px}
    .cards div{background:var(--card);border:1px solid var(--line);border-radius:8px;
    padding:10px 16px;min-width:110px}.cards b{display:block;font-size:20px}
    .cards span{color:var(--muted);font-size:13px}
    svg{width:100%;height:auto;background:var(--card);border:1px solid var(--line);border-radius:8px;
    margin-top:6px}svg.spark{width:120px;border:0;margin:0;background:none;display:block}
    svg text{fill:var(--muted);font:11px system-ui,sans-serif}.right{text-anchor:end}
    .middle{text-anchor:middle}.strong{fill:var(--reduce)!important}.axis{stroke:var(--muted);fill:none}
    .grid{stroke:var(--line);fill:none}.area{fill:var(--map);opacity:.55}
    .line{stroke:var(--reduce);fill:none;stroke-width:1.5}
    rect.map,.key.map{fill:var(--map);background:var(--map)}
    rect.reduce,.key.reduce{fill:var(--reduce);background:var(--reduce)}
    rect.cache,.key.cache{fill:var(--cache);background:var(--cache)}
    rect.skipped,.key.skipped{fill:var(--skipped);background:var(--skipped)}
    rect.failed,.key.failed{fill:var(--failed);background:var(--failed)}
    .legend{font-size:13px}.key{display:inline-block;width:11px;height:11px;border-radius:2px;
    margin:0 4px 0 10px}.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);
    border-radius:8px;margin-top:6px}table{border-collapse:collapse;width:100%;font-size:13px}
    th,td{padding:5px 10px;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
    th{color:var(--muted);font-weight:600}tbody tr:last-child td{border-bottom:0}
    .number{text-align:right;font-variant-numeric:tabular-nums}
    .failure{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--failed);
    border-radius:6px;padding:8px 14px;margin-top:8px}.failure pre{max-height:12em;overflow:auto;
    white-space:pre-wrap;background:var(--bg);padding:8px;border-radius:4px}
    footer{margin-top:40px;font-size:13px}
    """
}
