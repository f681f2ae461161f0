"""What processes print, behind their names."""

import io

from lanyard_runner.output import LinePrinter


class ClosedPipe(io.StringIO):
    def write(self, _text):
        raise BrokenPipeError


def test_a_line_stands_behind_its_name_and_names_are_aligned():
    stream = io.StringIO()
    printer = LinePrinter(stream, colour=False)
    for name in ("sim", "control"):
        printer.add(name)
    printer.line("sim", "hello")
    assert stream.getvalue() == "sim     | hello\n"


def test_on_a_terminal_each_name_has_a_colour_of_its_own():
    stream = io.StringIO()
    printer = LinePrinter(stream, colour=True)
    for name in ("sim", "control"):
        printer.add(name)
        printer.line(name, "x")
    first, second = stream.getvalue().splitlines()
    assert first.startswith("\x1b[36m")
    assert second.startswith("\x1b[33m")


def test_when_nobody_reads_any_more_it_says_so_and_falls_silent():
    printer = LinePrinter(ClosedPipe(), colour=False)
    printer.plain("x")
    printer.plain("y")
    assert printer.gone
