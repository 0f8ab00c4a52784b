"""Makes a Markdown table of the figures of all rounds: medians, with the range beneath; and a JSON file of all values."""

import json
import pathlib
import statistics
import sys

SYSTEMS = ["istmo", "postgres-off", "postgres-on", "nats", "plain-c"]


def read(folder: pathlib.Path) -> dict[str, dict[str, list[float]]]:
    figures: dict[str, dict[str, list[float]]] = {}
    for file in sorted(folder.glob("*.tsv")):
        system = file.name.split(".")[0]
        for line in file.read_text().splitlines():
            name, value = line.split("\t")
            figures.setdefault(name, {}).setdefault(system, []).append(float(value))
    return figures


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def cell(values: list[float] | None) -> str:
    if not values:
        return ""
    text = shown(statistics.median(values))
    return text if len(values) == 1 else f"{text} ({shown(min(values))}–{shown(max(values))})"


def main() -> None:
    figures = read(pathlib.Path(sys.argv[1]))
    present = [s for s in SYSTEMS if any(s in by_system for by_system in figures.values())]
    print("| figure | " + " | ".join(present) + " |")
    print("|---|" + "--:|" * len(present))
    for name, by_system in figures.items():
        print(f"| {name} | " + " | ".join(cell(by_system.get(s)) for s in present) + " |")
    pathlib.Path(sys.argv[2]).write_text(json.dumps(figures, indent=1) + "\n")


main()
