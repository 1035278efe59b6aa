"""The figures as a table: what was measured, its reference of the same run, its limit, and whether that is held."""

from __future__ import annotations

from dataclasses import dataclass

import page

# What is held, and where it was decided: the design of the project.
INIT_MS = 25
INIT_RATIO = 1.5
MEMORY_MB = 30
ZIP_MB = 6
DECISION_P99_US = 1000
CALLS = 6
DETECTOR_US = 20
CATALOGUE_P99_US = 150
RULES_AT_START_MS = 5
RULES_RATIO = 1.2
RULE_US = 1
FIRST_US = 200
PLAN_SECONDS = 2
PLAN_MB = 200
PAGE_RATIO = 2
PAGE_BYTES = 100 * 1024


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    figure: str
    value: float
    unit: str
    spread: str = ""
    reference: str = ""
    ratio: float | None = None
    limit: str = ""
    held: bool | None = None


def rows(measured: dict) -> list[Row]:
    """All lines, in the order in which they are read."""
    return [
        *_starts(measured),
        *_zips(measured),
        *_decisions(measured),
        *_catalogue(measured),
        *_growth(measured["growth"]),
        *_patches(measured["patches"]),
        *_incidents(measured["incidents"]),
        *_pages(measured["pages"]),
    ]


HEAD = ("figure", "median", "range", "reference", "ratio", "limit", "held")


def table(lines: list[Row]) -> str:
    """As text, with a line under the head."""
    cells = [HEAD, *map(_cells, lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)


def block(lines: list[Row], machine: dict) -> str:
    """As the page has it."""
    return f"{page.table(HEAD, map(_cells, lines))}\n\n{closing(lines, machine)}"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.figure,
        f"{_figure(row.value)} {row.unit}".rstrip(),
        row.spread,
        row.reference,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.limit,
        {True: "yes", False: "MISSED", None: ""}[row.held],
    )


def closing(lines: list[Row], machine: dict) -> str:
    """The last words: what is missed, and how quiet the machine was."""
    missed = [row.figure for row in lines if row.held is False]
    held = sum(row.held is True for row in lines)
    verdict = f"missed: {', '.join(missed)}" if missed else f"all {held} limits are held"
    return f"{verdict}\n{page.described(machine)}"


# What is measured at a start: its name in the table, in the figures, its unit, and how many of theirs make one.
_STARTS = (
    ("init, exec to first poll", "init_ms", "ms", 1),
    ("first event, harmless", "answer_ms", "ms", 1),
    ("memory, peak after an event", "handled_peak", "MB", 1024),
)


def _starts(measured: dict) -> list[Row]:
    by_name = {start["program"]: start for start in measured["start"]}
    return [
        _start(*what, start, by_name.get(start["reference"]), start["program"] in measured["functions"])
        for what in _STARTS
        for start in measured["start"]
    ]


def _start(what: str, key: str, unit: str, divisor: int, start: dict, reference: dict | None, held_to: bool) -> Row:
    value = start[key]["median"] / divisor
    ratio = value / (reference[key]["median"] / divisor) if reference else None
    limit, held = "", None
    if held_to and key == "init_ms":
        limit, held = f"{INIT_MS} ms, ratio {INIT_RATIO}", value <= INIT_MS and ratio <= INIT_RATIO
    elif held_to and key == "handled_peak":
        limit, held = f"{MEMORY_MB} MB", value <= MEMORY_MB
    return Row(
        f"{start['program']}: {what}",
        value,
        unit,
        _range(start[key], divisor),
        f"{reference['program']} {_figure(reference[key]['median'] / divisor)}" if reference else "",
        ratio,
        limit,
        held,
    )


def _zips(measured: dict) -> list[Row]:
    sizes = {name: size / 1e6 for name, size in measured["zip_bytes"].items()}
    references = {start["program"]: start["reference"] for start in measured["start"]}
    return [
        Row(
            f"{name}: zip",
            sizes[name],
            "MB",
            reference=f"{references[name]} {sizes[references[name]]:.2f}",
            ratio=sizes[name] / sizes[references[name]],
            limit=f"{ZIP_MB} MB",
            held=sizes[name] <= ZIP_MB,
        )
        for name in measured["functions"]
    ]


def _decisions(measured: dict) -> list[Row]:
    decision, first = measured["decision"], measured["first"]
    took, alone, what = decision["decision_us"], decision["reference_us"], "parse to decision"

    def percentile(name: str, limit: int | None = None) -> Row:
        held = None if limit is None else took[name] <= limit
        shown = "" if limit is None else f"{limit} µs"
        reference = f"serde_json alone {alone[name]:.1f}"
        return Row(f"{what}: {name}", took[name], "µs", "", reference, took[name] / alone[name], shown, held)

    def allocated(name: str, key: str, unit: str, divisor: int) -> Row:
        mine, reference = decision[key], decision[f"reference_{key}"]
        return Row(
            f"{what}: {name}",
            mine["median"] / divisor,
            unit,
            _range(mine, divisor),
            f"serde_json alone {reference['median'] / divisor:.0f}",
            mine["median"] / reference["median"],
        )

    return [
        percentile("p50"),
        percentile("p99", DECISION_P99_US),
        Row(f"{what}: p99 where a detector fires", decision["firing_us"]["p99"], "µs"),
        Row(f"{what}: first of a process", first["decision_us"]["median"], "µs", _range(first["decision_us"])),
        allocated("allocations", "allocations", "", 1),
        allocated("allocated", "allocated_bytes", "kB", 1000),
        Row("log line to claim: p99", decision["log_line_us"]["p99"], "µs"),
        Row("guardrails, parsed once", first["guardrails_us"]["median"], "µs", _range(first["guardrails_us"])),
    ]


def _patches(patches: dict) -> list[Row]:
    what = f"patch plan, {patches['nodes']:,} nodes, {patches['findings']:,} findings"
    seconds, peak = patches["seconds"], patches["peak_mb"]
    return [
        Row(
            f"{what}: from answers to plan",
            seconds["median"],
            "s",
            _range(seconds),
            limit=f"{PLAN_SECONDS} s",
            held=seconds["median"] <= PLAN_SECONDS,
        ),
        Row(
            f"{what}: memory, peak",
            peak["median"],
            "MB",
            _range(peak),
            limit=f"{PLAN_MB} MB",
            held=peak["median"] <= PLAN_MB,
        ),
    ]


def _growth(growth: dict) -> list[Row]:
    few, many = growth["few"], growth["many"]
    once, ratio = few["event_us"]["p50"], many["event_us"]["p50"] / few["event_us"]["p50"]
    return [
        Row(
            f"{many['rules']:,} rules of one's own: an event, p50",
            many["event_us"]["p50"],
            "µs",
            reference=f"{few['rules']} rules {_figure(once)}",
            ratio=ratio,
            limit=f"ratio {RULES_RATIO}",
            held=ratio <= RULES_RATIO,
        ),
        Row(
            "a rule of one's own more: the start",
            growth["rule_us"],
            "µs",
            limit=f"{RULE_US} µs",
            held=growth["rule_us"] <= RULE_US,
        ),
    ]


def _catalogue(measured: dict) -> list[Row]:
    catalogue, first = measured["catalogue"], measured["first"]
    whole, slowest = catalogue["whole_us"], catalogue["slowest"]
    rules = f"{first['rules']} rules"
    at_start = first["index_us"]["median"] / 1000
    lines = [
        Row(
            f"{catalogue['detectors']} detectors: index at start",
            at_start,
            "ms",
            _range(first["index_us"], 1000),
            limit=f"{RULES_AT_START_MS} ms",
            held=at_start <= RULES_AT_START_MS,
        ),
        Row(f"{rules}: all compiled, which no start does", first["all_rules_us"]["median"] / 1000, "ms"),
        Row(
            f"{rules}: the slowest, with its first event",
            first["slowest_rule_us"]["median"],
            "µs",
            limit=f"{FIRST_US} µs",
            held=first["slowest_rule_us"]["median"] <= FIRST_US,
        ),
        Row(
            f"whole catalogue: p99 per event, {catalogue['events']} events",
            whole["p99"],
            "µs",
            f"p50 {_figure(whole['p50'])}",
            limit=f"{CATALOGUE_P99_US} µs",
            held=whole["p99"] <= CATALOGUE_P99_US,
        ),
    ]
    lines += [
        Row(
            f"{cost['id']}: its dearest event, {cost['event'].rpartition('/')[2]}",
            cost["judge_us"]["p50"],
            "µs",
            f"p99 {_figure(cost['judge_us']['p99'])}",
            limit=f"{DETECTOR_US} µs",
            held=cost["judge_us"]["p50"] <= DETECTOR_US,
        )
        for cost in slowest
    ]
    return lines


def _incidents(incidents: dict) -> list[Row]:
    out = []
    for kind, one in incidents.items():
        delivered, handled = one["delivered_ms"], one["handled_ms"]
        out.append(Row(f"{kind}: event sent to verified", delivered["median"], "ms", _range(delivered)))
        out.append(Row(f"{kind}: handled to verified", handled["median"], "ms", _range(handled)))
        if one["cold_ms"] is not None:
            out.append(Row(f"{kind}: sent to verified, with the function's start", one["cold_ms"], "ms"))
    for kind, one in incidents.items():
        calls, limited = one["calls_to_verified"], kind == "open-admin-port"
        out.append(
            Row(
                f"{kind}: AWS calls to verified",
                calls["median"],
                "",
                _range(calls),
                f"all calls {one['calls']['median']:.0f}",
                None,
                str(CALLS) if limited else "",
                calls["median"] <= CALLS if limited else None,
            )
        )
    return out


def _pages(pages: dict) -> list[Row]:
    out = []
    for path, one in pages.items():
        full, empty = one["full"], one["empty"]
        ratio = full["ms"]["median"] / empty["ms"]["median"]
        # The first page is what is held; the others are shown beside it.
        first = path == "/"
        out.append(
            Row(
                f"dashboard {path}: first byte, 10,000 incidents and {one['results']:,} results",
                full["ms"]["median"],
                "ms",
                _range(full["ms"]),
                f"empty {_figure(empty['ms']['median'])} ms",
                ratio,
                f"{PAGE_RATIO} times" if first else "",
                ratio <= PAGE_RATIO if first else None,
            )
        )
        # The first look after the start has the settings, the keys and the connections to get as well.
        cold = full["first_ms"] / empty["first_ms"]
        out.append(
            Row(
                f"dashboard {path}: first byte of the first look",
                full["first_ms"],
                "ms",
                reference=f"empty {_figure(empty['first_ms'])} ms",
                ratio=cold,
                limit=f"{PAGE_RATIO} times" if first else "",
                held=cold <= PAGE_RATIO if first else None,
            )
        )
        out.append(
            Row(
                f"dashboard {path}: size",
                full["bytes"] / 1024,
                "KB",
                reference=f"queries {full['queries']}, none scans; {full['reads']} reads of a hundred by key at the first look",
                limit=f"{PAGE_BYTES // 1024} KB",
                held=full["bytes"] <= PAGE_BYTES,
            )
        )
    return out


def _range(summary: dict, divisor: float = 1) -> str:
    return f"{_figure(summary['min'] / divisor)} to {_figure(summary['max'] / divisor)}"


def _figure(value: float) -> str:
    """Three digits, and never an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
