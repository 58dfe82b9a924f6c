from __future__ import annotations

import pytest

from linkcheck.build.recipes import known_recipes, parse_recipes, select_recipes
from linkcheck.errors import CatalogError, UsageError


def test_the_shipped_recipes_are_those_of_the_first_matrix_in_reading_order() -> None:
    names = [recipe.name for recipe in known_recipes()]
    assert names == ["default", "netgo", "cgo-off", "static-glibc", "pie"]


def test_every_shipped_recipe_says_aloud_whether_cgo_is_on() -> None:
    assert {r.name: dict(r.env)["CGO_ENABLED"] for r in known_recipes()} == {
        "default": "1",
        "netgo": "1",
        "cgo-off": "0",
        "static-glibc": "1",
        "pie": "1",
    }


def test_only_a_forced_external_link_needs_a_c_compiler_whatever_the_program() -> None:
    assert [r.name for r in known_recipes() if "cc" in r.needs] == ["static-glibc"]


def test_naming_no_recipe_selects_all_of_them() -> None:
    assert select_recipes([]) == known_recipes()


def test_a_selection_keeps_the_order_given_and_drops_repeats() -> None:
    chosen = select_recipes(["pie", "default", "pie"])
    assert [recipe.name for recipe in chosen] == ["pie", "default"]


def test_an_unknown_recipe_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'nope'.*default, netgo, cgo-off"):
        select_recipes(["default", "nope"])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[a", "recipes:"),
        ("a = 1", "'a': expected a table"),
        ("[A]\ndescription='x'", "lower-case"),
        ("[a]\nenv={CGO_ENABLED='1'}", "description is missing"),
        ("[a]\ndescription='x'", "env is missing"),
        ("[a]\ndescription='x'\nenv={}", "CGO_ENABLED must be"),
        ("[a]\ndescription='x'\nenv={CGO_ENABLED='maybe'}", "CGO_ENABLED must be"),
        ("[a]\ndescription='x'\nenv={CGO_ENABLED='1', lower='1'}", "env.lower"),
        ("[a]\ndescription='x'\nenv={CGO_ENABLED='1'}\ntags='netgo'", "tags is a list"),
        ("[a]\ndescription='x'\nenv={CGO_ENABLED='1'}\nneeds=['moon']", "needs may only name"),
        ("[a]\ndescription='x'\nenv={CGO_ENABLED='1'}\nshippable='no'", "shippable is"),
        ("[a]\ndescription='x'\nenv={CGO_ENABLED='1'}\ncolour='red'", "unknown key 'colour'"),
    ],
)
def test_a_broken_recipe_is_refused_at_load_and_named(text: str, complaint: str) -> None:
    with pytest.raises(CatalogError, match=complaint):
        parse_recipes(text)


def test_a_further_recipe_is_one_table() -> None:
    (race,) = parse_recipes(
        "[race]\ndescription='with the race detector'\nenv={CGO_ENABLED='1'}\nflags=['-race']\n"
        "needs=['cc']\nshippable=false"
    )
    assert race.flags == ("-race",)
    assert race.cgo
    assert not race.shippable
