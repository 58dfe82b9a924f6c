from __future__ import annotations

import pytest

from linkcheck.build.extras import Extras, parse_extras, with_extras
from linkcheck.build.recipes import select_recipes
from linkcheck.errors import UsageError


def test_variables_tags_and_linker_flags_are_added_to_what_the_recipe_has() -> None:
    (netgo,) = select_recipes(["netgo"])
    extras = parse_extras(
        ["GOAMD64=v3", "CGO_CFLAGS=-O2 -g"], ["sqlite,netgo", "x y"], ["-s -X 'a.b=c d'"]
    )
    made = with_extras(netgo, extras)
    assert made.name == "netgo"
    assert dict(made.env) == {"CGO_ENABLED": "1", "GOAMD64": "v3", "CGO_CFLAGS": "-O2 -g"}
    assert made.tags == ("netgo", "osusergo", "sqlite", "x", "y")
    assert made.ldflags == ("-s", "-X", "a.b=c d")


@pytest.mark.parametrize("text", ["-extldflags '-Wl,-z,now -v'", "-extldflags='-Wl,-z,now -v'"])
def test_flags_of_the_c_linker_are_joined_so_that_static_stays_static(text: str) -> None:
    (static,) = select_recipes(["static-glibc"])
    made = with_extras(static, parse_extras([], [], [text]))
    assert made.ldflags == ("-linkmode", "external", "-extldflags", "-static -Wl,-z,now -v")


def test_nothing_added_changes_nothing() -> None:
    for recipe in select_recipes(["all"]):
        assert with_extras(recipe, Extras()) == recipe


@pytest.mark.parametrize(
    ("env", "ldflags", "said"),
    [
        (["CC"], [], "--env 'CC' is no NAME=VALUE"),
        (["1A=x"], [], "is no NAME=VALUE"),
        (["CGO_ENABLED=0"], [], "take --recipe cgo-off"),
        (["GOOS=linux"], [], "--env GOOS is chosen by linkcheck: use --platform"),
        ([], ["-X 'a"], "--ldflags .*quotation"),
    ],
)
def test_what_would_break_the_promise_of_a_name_or_reads_as_nothing_is_refused(
    env: list[str], ldflags: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        parse_extras(env, [], ldflags)
