"""Draws the results as an SVG: one pair of bars a kernel, native is the line at 1."""


def bars(result):
    series = [("zvm_over_native", "#2a6fb0", "zvm"), ("wasmtime_over_native", "#c9803a", "wasmtime")]
    kernels = result["kernels"]
    largest = max(entry[key] for entry in kernels.values() for key, _, _ in series)
    left, top, unit, row = 96, 40, 400 / max(largest, 1.5), 30
    height = top + row * len(kernels) + 34
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="560" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="560" height="{height}" fill="white"/>',
        '<text x="8" y="16" font-size="13">CPU time over native (gcc -O2); shorter is better</text>',
    ]
    for number, (_, colour, name) in enumerate(series):
        x = left + 90 * number
        out.append(f'<rect x="{x}" y="23" width="10" height="10" fill="{colour}"/>')
        out.append(f'<text x="{x + 14}" y="32">{name}</text>')
    for number, (name, entry) in enumerate(kernels.items()):
        y = top + row * number
        out.append(f'<text x="{left - 6}" y="{y + 17}" text-anchor="end">{name}</text>')
        for place, (key, colour, _) in enumerate(series):
            width = entry[key] * unit
            bar = y + 3 + 12 * place
            out.append(
                f'<rect x="{left}" y="{bar}" width="{width:.1f}" height="11" fill="{colour}"/>')
            out.append(f'<text x="{left + width + 3:.1f}" y="{bar + 9}" font-size="9">'
                       f'{entry[key]:.2f}</text>')
    x = left + unit
    bottom = top + row * len(kernels)
    out.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" stroke="black" '
               'stroke-dasharray="3 2"/>')
    means = result["geometric_mean"]
    out.append(f'<text x="8" y="{bottom + 16}">geometric means: zvm {means["zvm_over_native"]:.2f}, '
               f'wasmtime {means["wasmtime_over_native"]:.2f}</text>')
    out.append(f'<text x="8" y="{bottom + 29}" font-size="9">{result["machine"]}, '
               f'{result["date"]}; {result["measure"]}</text>')
    return "\n".join(out + ["</svg>", ""])
