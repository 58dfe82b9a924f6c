"""A link that `ln` makes is followed; what is not understood stays open."""

from __future__ import annotations

import shlex

import pytest

from linkcheck.gate.links import Link, Links, link_of
from linkcheck.gate.runs import commands
from linkcheck.gate.stages import parse_dockerfile
from linkcheck.model.stageimage import Line


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ln -s /lib/a.so /lib/b.so", Link("/lib/b.so", "/lib/a.so")),
        ("/bin/ln -sfn /lib/a.so /lib/b.so", Link("/lib/b.so", "/lib/a.so")),
        ("ln --symbolic --force /lib/a.so /lib/b.so", Link("/lib/b.so", "/lib/a.so")),
        ("ln -s ../x/a.so /lib/b.so", Link("/lib/b.so", "/x/a.so")),
        ("ln -s /x/a.so /lib/", Link("/lib/a.so", "/x/a.so")),
        ("ln /x/a.so /lib/b.so", Link("/lib/b.so", "/x/a.so")),
        ("ln x/a.so /lib/b.so", None),  # a file of the working folder
        ("ln -s /x/a.so b.so", None),
        ("ln -s /x/a.so", None),
        ("ln -s /x/a.so /x/b.so /lib", None),
        ("ln -s $LIB /lib/b.so", None),
        ("ln -s /x/*.so /lib/b.so", None),
        ("ln -rs /x/a.so /lib/b.so", None),
        ("ln -st /lib /x/a.so", None),
        ("cp /x/a.so /lib/b.so", None),
    ],
)
def test_what_ln_links(command: str, expected: Link | None) -> None:
    assert link_of(tuple(shlex.split(command))) == expected


def links(run: str) -> Links:
    (stage,) = parse_dockerfile(f"FROM alpine:3.23\nRUN {run}\n").stages
    return Links(commands(stage.instructions[0], Line("Dockerfile", 2, 2)))


def test_links_are_followed_to_their_end_and_the_last_of_a_name_counts() -> None:
    found = links("ln -s /a.so /b.so && ln -s /b.so /c.so && ln -sf /d.so /b.so")
    assert (found.target("/c.so"), found.target("/d.so")) == ("/d.so", None)
    assert found.places == ("/b.so", "/c.so")


def test_links_that_lead_to_each_other_lead_nowhere() -> None:
    assert links("ln -s /a.so /b.so; ln -s /b.so /a.so").target("/a.so") is None


def test_what_lies_below_a_link_is_open() -> None:
    found = links("ln -s /usr/lib /lib64")
    assert found.may_lead("/lib64/libx.so")
    assert not found.may_lead("/lib/libx.so")
