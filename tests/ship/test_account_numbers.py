"""Users and groups end as plain numbers, whatever the call and the root hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.errors import UsageError
from linkcheck.images.root import DirRoot
from linkcheck.ship.accounts import Accounts, accounts_for

PASSWD = "app:x:٣:٣:::\nreal:x:5:6::/home:\nlong:x:{}:1:::\n".format("9" * 5000)


@pytest.fixture
def root(tmp_path: Path) -> DirRoot:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text(PASSWD)
    (tmp_path / "etc" / "group").write_text("team:x:0042:\nodd:x:٤:\n")
    return DirRoot(tmp_path)


def numbers(accounts: Accounts) -> tuple[int, int]:
    return accounts.uid, accounts.gid


def test_leading_zeros_are_dropped_so_that_the_number_is_found(root: DirRoot) -> None:
    accounts = accounts_for("007:team", root)
    assert numbers(accounts) == (7, 42)
    assert b"user7:x:7:7:" in accounts.passwd
    assert numbers(accounts_for("005", root)) == (5, 6)


@pytest.mark.parametrize(
    "asked", ["app", "long", "٣", "1:odd", "1:٤", "9" * 5000, "4294967295", "1:", ":1", "a b", ""]
)
def test_what_is_no_number_of_the_kernel_is_refused(asked: str, root: DirRoot) -> None:
    with pytest.raises(UsageError, match="--user"):
        accounts_for(asked, root)
