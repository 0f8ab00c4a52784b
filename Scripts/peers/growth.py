"""Makes a Markdown table and a picture of what Bench --growth measured."""

import pathlib
import sys

# Figure, its name, whether more is better.
RATES = [
    ("bulk_per_s", "bulk load until visible at the neighbour, records/s"),
    ("publish_64_per_s", "64 clients publishing one record each, records/s"),
    ("catchup_per_s", "catch-up after an outage, records/s"),
    ("lookup_1_per_s", "lookups of one client, each logged durably, 1/s"),
    ("lookup_64_per_s", "lookups of 64 clients, 1/s"),
]
OTHERS = [
    ("lookup_1_p50_ms", "lookup, 1 client, p50, ms"),
    ("lookup_1_p99_ms", "lookup, 1 client, p99, ms"),
    ("lookup_64_p50_ms", "lookup, 64 clients, p50, ms"),
    ("lookup_64_p99_ms", "lookup, 64 clients, p99, ms"),
    ("memory_a_mib", "memory of the origin, MiB"),
    ("memory_b_mib", "memory of the recipient, MiB"),
    ("memory_a_most_mib", "most memory of the origin, MiB"),
    ("memory_b_most_mib", "most memory of the recipient, MiB"),
    ("disk_a_bytes", "disk at the origin, bytes a record, log included"),
    ("disk_b_bytes", "disk at the recipient, bytes a record, log included"),
    ("start_ms", "from a start after kill -9 to the first answer, ms"),
]
COLOURS = ["#1b6ca8", "#b3541e", "#3a7d44", "#7a4fa3", "#555555"]


def read(path: str) -> tuple[dict[str, float], list[int]]:
    values = {}
    for line in pathlib.Path(path).read_text().splitlines():
        name, value = line.split("\t")
        values[name] = float(value)
    sizes = sorted({int(name.split("_")[1]) for name in values if name.startswith("grown_")})
    return values, sizes


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def table(values: dict[str, float], sizes: list[int]) -> None:
    print("| figure | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---|" + "--:|" * len(sizes))
    for figure, title in RATES + OTHERS:
        cells = []
        for size in sizes:
            grown, small = (values.get(f"{side}_{size}_{figure}") for side in ("grown", "small"))
            if grown is None:
                cells.append("")
            elif small and (figure, title) in RATES:
                cells.append(f"{shown(grown)} ({grown / small:.0%})")
            else:
                cells.append(shown(grown) + (f" ({shown(small)})" if small is not None else ""))
        print(f"| {title} | " + " | ".join(cells) + " |")
    for name, value in values.items():
        if name.startswith("ended_") or name.endswith("load_per_s"):
            print(f"| {name} | {shown(value)} |")


def panel(x: int, title: str, lines: list[tuple[str, list[float | None]]], sizes: list[int]) -> list[str]:
    """One chart: a line for each series over the sizes, from zero."""
    width, height, left, top = 300, 170, x + 50, 46
    top_value = max((v for _, series in lines for v in series if v is not None), default=1) * 1.1
    out = [f'<text x="{left}" y="{top - 22}" class="title">{title}</text>']
    for step in range(5):
        y, value = top + height - height * step / 4, top_value * step / 4
        out.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        out.append(f'<text x="{left - 6}" y="{y + 4:.1f}" class="tick end">{shown(value)}</text>')
    places = [left + width * (i + 0.5) / len(sizes) for i in range(len(sizes))]
    for place, size in zip(places, sizes):
        name = f"{size // 1_000_000} M" if size >= 1_000_000 else f"{size / 1_000_000:g} M"
        out.append(f'<text x="{place:.1f}" y="{top + height + 16}" class="tick middle">{name}</text>')
    for index, (name, series) in enumerate(lines):
        points = [(p, top + height - height * v / top_value) for p, v in zip(places, series) if v is not None]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[index]}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{COLOURS[index]}"/>' for a, b in points]
        y = top + height + 36 + 15 * index
        out.append(f'<rect x="{left}" y="{y - 8}" width="10" height="10" fill="{COLOURS[index]}"/>')
        out.append(f'<text x="{left + 16}" y="{y + 1}" class="tick">{name}</text>')
    return out


def picture(values: dict[str, float], sizes: list[int], path: str) -> None:
    def series(figure: str) -> list[float | None]:
        return [values.get(f"grown_{size}_{figure}") for size in sizes]

    def share(figure: str) -> list[float | None]:
        pairs = [(values.get(f"grown_{size}_{figure}"), values.get(f"small_{size}_{figure}")) for size in sizes]
        return [100 * grown / small if grown is not None and small else None for grown, small in pairs]

    panels = [
        ("Rates, % of a pair of 100,000 records", [
            ("bulk load", share("bulk_per_s")), ("64 publishers", share("publish_64_per_s")),
            ("catch-up", share("catchup_per_s")), ("64 lookups", share("lookup_64_per_s"))]),
        ("Lookups, ms", [
            ("1 client, p50", series("lookup_1_p50_ms")), ("1 client, p99", series("lookup_1_p99_ms")),
            ("64 clients, p50", series("lookup_64_p50_ms")), ("64 clients, p99", series("lookup_64_p99_ms"))]),
        ("Memory, MiB", [("origin", series("memory_a_mib")), ("recipient", series("memory_b_mib"))]),
        ("Disk, bytes a record", [("origin", series("disk_a_bytes")), ("recipient", series("disk_b_bytes"))]),
    ]
    body = [line for i, (title, lines) in enumerate(panels) for line in panel(i * 370, title, lines, sizes)]
    style = (
        "text{font-family:sans-serif;fill:#222}.title{font-size:14px;font-weight:bold}.tick{font-size:11px}"
        ".end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#ddd}")
    width = 370 * len(panels)
    pathlib.Path(path).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 320" width="{width}" height="320" role="img">'
        f"<title>What changes as a store grows</title><style>{style}</style>"
        f'<rect width="{width}" height="320" fill="#fff"/>' + "\n".join(body) + "</svg>\n")


def main() -> None:
    values, sizes = read(sys.argv[1])
    table(values, sizes)
    picture(values, sizes, sys.argv[2])


main()
