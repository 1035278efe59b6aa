"""What the demo writes: plain lines of at most 100 columns, with color and a moving clock on a terminal only.

Half of what is shown was chosen by an attacker (names, descriptions, agents), and a terminal obeys what it is shown. So
everything is escaped on its way out, here and in no other place.
"""

from __future__ import annotations

import os
import sys
import textwrap
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 100
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
# Control, format, surrogate, private, unassigned, and the two separators that end a line.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    """The text on one line, with what a terminal would obey written out."""
    return "".join(c if unicodedata.category(c) not in _UNSAFE else f"\\u{{{ord(c):x}}}" for c in text)


class StepFailed(Exception):
    """A step of the demo did not show what it promises."""


class Screen:
    """Where the demo writes."""

    def __init__(self, out: TextIO = sys.stdout):
        self._out = out
        self._live = out.isatty() and os.environ.get("TERM") != "dumb"
        self._color = self._live and "NO_COLOR" not in os.environ
        self._number = 0
        self.step_name = "set-up"

    def style(self, text: str, *styles: str) -> str:
        """The text in these styles, where color is wanted."""
        if not self._color or not styles:
            return text
        return f"\x1b[{';'.join(_STYLES[style] for style in styles)}m{text}\x1b[0m"

    def line(self, text: str = "", *styles: str, indent: int = 3) -> None:
        """One paragraph, wrapped."""
        for part in textwrap.wrap(plain(text), WIDTH - indent) or [""]:
            self._write((" " * indent + self.style(part, *styles)) if part else "")

    def title(self, text: str) -> None:
        """The first line."""
        self._write(self.style(plain(text), "bold"))

    def step(self, name: str, why: str) -> None:
        """The heading of a step, and a sentence of what it is about."""
        self._number += 1
        self.step_name = f"{self._number}, {name}"
        self._write()
        self._write(self.style(f"{self._number}  {name}", "bold", "cyan"))
        self.line(why, "dim")

    def check(self, holds: bool, claim: str, otherwise: str = "") -> None:
        """Says that something holds; ends the demo where it does not."""
        if not holds:
            raise StepFailed(f"not so: {claim}" + (f"\n{otherwise}" if otherwise else ""))
        self._hanging(self.style("ok", "green") + "  ", 2 + 2, claim)

    def fact(self, name: str, text: str, *styles: str, indent: int = 5, width: int = 12) -> None:
        """A name and what stands behind it, wrapped below itself."""
        head = f"{plain(name):<{width}}"
        self._hanging(self.style(head, "dim"), len(head), text, *styles, indent=indent)

    def moment(self, after_ms: int, name: str, text: str, *styles: str) -> None:
        """A line of a timeline."""
        head = f"{after_ms:>+6} ms  "
        self._hanging(self.style(head, "dim") + self.style(f"{name:<10}", *styles), len(head) + 10, text)

    def row(self, part: str, before: str, after: str, *styles: str) -> None:
        """A row of a table of what was and what is."""
        self._write(f"     {self.style(f'{_cut(plain(part), 66):<66}', *styles)}  {before:<10}"
                    f"{self.style(after, *styles)}".rstrip())

    def output(self, text: str) -> None:
        """What a command wrote, line by line."""
        for line in text.splitlines():
            self._hanging(self.style("| ", "dim"), 2, line, indent=5)

    def _hanging(self, head: str, width: int, text: str, *styles: str, indent: int = 3) -> None:
        parts = textwrap.wrap(plain(text), WIDTH - indent - width, break_on_hyphens=False) or [""]
        for number, part in enumerate(parts):
            self._write(" " * indent + (head if number == 0 else " " * width) + self.style(part, *styles))

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Shows that something that takes a while is under way, and how long it took."""
        ended, begun = threading.Event(), time.monotonic()
        clock = threading.Thread(target=self._tick, args=(what, ended, begun), daemon=True)
        clock.start()
        try:
            yield
        finally:
            ended.set()
            clock.join()
        self._write(f"   {plain(what):<84} {time.monotonic() - begun:>7.1f} s")

    def _tick(self, what: str, ended: threading.Event, begun: float) -> None:
        # On a terminal the clock moves; in a log a line now and then tells that the program lives.
        while not ended.wait(0.1 if self._live else 5.0):
            passed = f"{time.monotonic() - begun:.1f} s"
            if self._live:
                self._out.write(f"\r   {plain(what):<84} {passed:>9}")
                self._out.flush()
            else:
                self._write(f"   still at it after {passed}: {plain(what)}")
        if self._live:
            self._out.write("\r\x1b[K")

    def failed(self, reason: str) -> None:
        """The last word of a demo that does not hold."""
        self._write()
        self._write(self.style(f"FAILED in step {plain(self.step_name)}", "bold", "red"))
        for line in reason.splitlines():
            self.line(line)

    def _write(self, text: str = "") -> None:
        self._out.write(text.rstrip(" ") + "\n")
        self._out.flush()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
