"""The parts of the HTML report: safe markup, the grid, sizes, reasons, one card a program."""
