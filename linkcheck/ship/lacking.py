"""What a Dockerfile puts into a base that lacks it, as lines of that Dockerfile.

In an image of a program such files come from other images (`Origin`); in one from source the
stage that compiles has or makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from linkcheck.ship.words import comment

Addition: TypeAlias = Literal["ca-certificates", "tzdata", "users", "tmp", "nsswitch"]
ADDABLE: Final[tuple[Addition, ...]] = ("ca-certificates", "tzdata", "users", "nsswitch", "tmp")

# has certificates, time zones, users and nsswitch.conf
DATA: Final = "gcr.io/distroless/static-debian13:nonroot"
TOOLS: Final = "alpine:3.23"  # has a shell
_MADE: Final = "/rootfs/"  # where a stage makes files, laid out as in the image
_CA: Final = "/etc/ssl/certs/ca-certificates.crt"
_ZONES: Final = "/usr/share/zoneinfo"
_NONROOT: Final = "nonroot:x:65532:65532:nonroot:/:/sbin/nologin"
_ROOT: Final = "root:x:0:0:root:/root:/sbin/nologin"
_WHY: Final[dict[Addition, str]] = {
    "ca-certificates": "to check the certificates of other servers",
    "tzdata": "time zones",
    "users": "the user below has a name and a home",
    "nsswitch": "Go before 1.16 passes over /etc/hosts without it",
    "tmp": "/tmp, from one folder up: COPY of /tmp itself drops mode 1777",
}


class Origin(NamedTuple):
    """The stages that files come from, by name: `data` has them, `tools` can make them.

    One stage that compiles is both, and has neither our users nor an nsswitch.conf that fits.
    """

    data: str
    tools: str

    @property
    def makes(self) -> frozenset[Addition]:
        """What has to be made, below /rootfs."""
        return frozenset({"tmp", "users", "nsswitch"} if self.data == self.tools else {"tmp"})


IMAGES: Final = Origin("data", "tools")


def helper_stages(add: Sequence[Addition]) -> list[str]:
    """The stages of `IMAGES` that `add` takes files from."""
    lines: list[str] = []
    if any(kind not in IMAGES.makes for kind in add):
        lines += ["", *comment("only for the files that the final stage takes from it")]
        lines += [f"FROM {DATA} AS {IMAGES.data}"]
    made = made_in(IMAGES, add)
    if made:
        lines += ["", f"FROM {TOOLS} AS {IMAGES.tools}", *made]
    return lines


def made_in(origin: Origin, add: Sequence[Addition]) -> list[str]:
    """The RUN line that makes what has to be made, or nothing."""
    commands: list[str] = []
    making = [kind for kind in ADDABLE if kind in add and kind in origin.makes]
    if {"users", "nsswitch"} & set(making):
        commands += [f"mkdir -p {_MADE}etc"]
    if "users" in making:
        commands += [f"printf '%s\\n' '{_ROOT}' '{_NONROOT}' > {_MADE}etc/passwd"]
        commands += [f"printf '%s\\n' 'root:x:0:' 'nonroot:x:65532:' > {_MADE}etc/group"]
    if "nsswitch" in making:
        commands += [f"echo 'hosts: files dns' > {_MADE}etc/nsswitch.conf"]
    if "tmp" in making:
        commands += [f"mkdir -p {_MADE}tmp", f"chmod 1777 {_MADE}tmp"]
    if not commands:
        return []
    return [*comment("what the final stage lacks"), "RUN " + " && \\\n    ".join(commands)]


def copied_from(origin: Origin, add: Sequence[Addition]) -> list[str]:
    """The COPY lines of the final stage."""
    places: dict[Addition, tuple[str, str]] = {
        "ca-certificates": (_CA, _CA),
        "tzdata": (_ZONES, _ZONES),
        "users": ("/etc/passwd /etc/group", "/etc/"),
        "nsswitch": ("/etc/nsswitch.conf", "/etc/nsswitch.conf"),
    }
    lines: list[str] = []
    for kind in ADDABLE:
        if kind in add and kind not in origin.makes:
            source, target = places[kind]
            lines += [*comment(_WHY[kind]), f"COPY --from={origin.data} {source} {target}"]
    made = [kind for kind in ADDABLE if kind in add and kind in origin.makes]
    if made:
        lines += comment("; ".join(_WHY[kind] for kind in made))
        lines += [f"COPY --from={origin.tools} {_MADE} /"]
    return lines
