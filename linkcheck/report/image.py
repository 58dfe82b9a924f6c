"""Images that were built, as text: digests, sizes, what was added and why, and their starts."""

from __future__ import annotations

from linkcheck.model.image import BuiltImage, BuiltImages
from linkcheck.report.bundle import outcome, piece_lines
from linkcheck.report.screen import Screen
from linkcheck.report.text import human_size, paragraph, plain


def render(built: BuiltImages, screen: Screen) -> str:
    """One part an image, then where they are, under which digest."""
    lines: list[str] = []
    for image in built.images:
        lines += [*_image(image, screen), ""]
    what = "index" if len(built.images) > 1 else "digest"
    lines += [f"{what}  {built.digest}", f"in {plain(built.output)}"]
    return "\n".join(lines) + "\n"


def _image(image: BuiltImage, screen: Screen) -> list[str]:
    layers = "1 layer" if image.layers == 1 else f"{image.layers} layers"
    size = f"{human_size(image.size)} to send, {human_size(image.unpacked)} unpacked, {layers}"
    command = " ".join(plain(word) for word in image.argv)
    lines = [
        f"{plain(image.program)}: {image.platform} on {plain(image.base)}",
        f"  digest  {image.digest}",
        f"  size    {size}",
        f"  starts  {command} as {plain(image.user) or 'root'}",
        "",
        *piece_lines(image.added, screen),
    ]
    if image.left_out:
        lines += ["", "Left out:"]
        for left in image.left_out:
            lines += paragraph(f"{left.what}: {left.why}", screen, first="  ", rest="    ")
    return [*lines, "", *outcome(image.verdict, image.trial, image.untried, "image", screen)]
