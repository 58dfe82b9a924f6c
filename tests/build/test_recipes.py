from __future__ import annotations

import pytest

from linkcheck.build.recipes import (
    known_recipes,
    parse_recipes,
    select_recipes,
    user_recipes,
)
from linkcheck.errors import CatalogError, UsageError

BY_DEFAULT = ["default", "netgo", "cgo-off", "stripped", "static-glibc", "pie", "musl-static"]
EVERY = [
    "default", "netgo", "netgo-only", "osusergo", "cgo-off", "timetzdata", "stripped",
    "static-glibc", "pie", "static-pie", "musl", "musl-static", "race",
]  # fmt: skip


def test_every_recipe_that_people_use_is_shipped_in_reading_order() -> None:
    assert [recipe.name for recipe in known_recipes()] == EVERY


def test_only_cgo_off_builds_without_cgo_and_every_recipe_says_which_aloud() -> None:
    assert [r.name for r in known_recipes() if dict(r.env)["CGO_ENABLED"] == "0"] == ["cgo-off"]
    assert {dict(r.env)["CGO_ENABLED"] for r in known_recipes()} == {"0", "1"}


def test_a_recipe_that_links_through_the_c_compiler_needs_one_whatever_the_program() -> None:
    external = {r.name for r in known_recipes() if "external" in r.ldflags}
    assert {r.name for r in known_recipes() if "cc" in r.needs} == {*external, "race"}
    assert external == {"static-glibc", "static-pie", "musl", "musl-static"}


def test_a_name_with_a_libc_in_it_promises_that_libc() -> None:
    for recipe in known_recipes():
        if "glibc" in recipe.name or "musl" in recipe.name:
            assert recipe.libc in recipe.name
            assert recipe.libc


def test_only_the_race_detector_is_told_to_be_unshippable() -> None:
    assert [r.name for r in known_recipes() if not r.shippable] == ["race"]


def test_naming_no_recipe_selects_what_is_cheap_and_tells_most() -> None:
    assert [recipe.name for recipe in select_recipes([])] == BY_DEFAULT


def test_all_stands_for_every_recipe() -> None:
    assert [recipe.name for recipe in select_recipes(["all"])] == EVERY
    assert [r.name for r in select_recipes(["race", "all"])][:2] == ["race", "default"]


def test_an_alias_is_another_name_of_the_same_recipe() -> None:
    assert select_recipes(["netgo+osusergo"]) == select_recipes(["netgo"])


def test_a_selection_keeps_the_order_given_and_drops_repeats() -> None:
    chosen = select_recipes(["pie", "default", "pie"])
    assert [recipe.name for recipe in chosen] == ["pie", "default"]


def test_an_unknown_recipe_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'nope'.*default, netgo, netgo-only"):
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
        (
            "[a]\ndescription='x'\nenv={CGO_ENABLED='1', GOOS='linux'}",
            "env.GOOS is chosen by --platform",
        ),
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


def test_the_users_recipes_come_behind_the_shipped_ones_with_cgo_on_unless_said() -> None:
    own = user_recipes(
        {"slim": {"ldflags": ["-s"], "env": {"CGO_ENABLED": "0"}}, "fips": {"tags": ["fips"]}},
        ".linkcheck.toml",
    )
    assert [(r.name, r.cgo, r.description) for r in own] == [
        ("slim", False, "of .linkcheck.toml"),
        ("fips", True, "of .linkcheck.toml"),
    ]
    assert [r.name for r in select_recipes([], own)] == [*BY_DEFAULT, "slim", "fips"]
    assert [r.name for r in select_recipes(["fips"], own)] == ["fips"]


def test_a_recipe_of_the_user_is_built_by_default_unless_it_says_otherwise() -> None:
    own = user_recipes({"rare": {"default": False}}, "f")
    assert "rare" not in [r.name for r in select_recipes([], own)]
    assert [r.name for r in select_recipes(["rare"], own)] == ["rare"]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([], r"^f: 'recipe' is not a table"),
        ({"x": 1}, r"^f: recipe 'x': expected a table"),
        ({"x": {"ldflag": ["-s"]}}, r"^f: recipe 'x': unknown key 'ldflag': use aliases, default"),
        ({"x": {"env": {"CGO_ENABLED": "yes"}}}, r"^f: recipe 'x': env.CGO_ENABLED must be"),
        ({"x": {"env": "A=1"}}, r"^f: recipe 'x': env is missing"),
        ({"x": {"libc": "uclibc"}}, r"^f: recipe 'x': libc is one of glibc, musl"),
        ({"pie": {}}, r"^f: recipe 'pie': linkcheck has a recipe 'pie' of its own"),
        ({"x": {"aliases": ["musl"]}}, r"^f: recipe 'x': linkcheck has a recipe 'musl'"),
        ({"all": {}}, r"^f: recipe 'all': 'all' stands for every recipe"),
    ],
)
def test_a_mistake_in_a_recipe_of_the_user_names_file_recipe_and_key(
    tables: object, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        user_recipes(tables, "f")
