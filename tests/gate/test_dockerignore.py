"""Patterns of .dockerignore mean what they mean to github.com/moby/patternmatcher."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from linkcheck.gate.context import Context
from linkcheck.gate.dockerignore import Ignored, read_ignored, rules_of
from linkcheck.gate.reader import DockerfileError


def ignored(path: str, *patterns: str) -> bool:
    return Ignored("x", tuple(rules_of("\n".join(patterns)))).by(path.rstrip("/")) is not None


# TestMatches of patternmatcher_test.go
@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**", "file", True),
        ("**/", "file", True),
        ("**", "dir/file", True),
        ("**/", "dir/file/", True),
        ("**/**", "dir/file", True),
        ("dir/**", "dir/file", True),
        ("dir/**", "dir/dir2/file/", True),
        ("**/dir", "dir", True),
        ("**/dir", "dir/file", True),
        ("**/dir2/*", "dir/dir2/file", True),
        ("**/dir2/**", "dir/dir2/dir3/file", True),
        ("**file", "file", True),
        ("**file", "dir/file", True),
        ("**/file", "dir/file", True),
        ("**file", "dir/dir/file", True),
        ("**/file*", "dir/dir/file.txt", True),
        ("**/file*txt", "dir/dir/file.txt", True),
        ("**/file*.txt*", "dir/dir/file.txt", True),
        ("**/**/*.txt", "dir/dir/file.txt", True),
        ("**/**/*.txt2", "dir/dir/file.txt", False),
        ("**/*.txt", "file.txt", True),
        ("**/**/*.txt", "file.txt", True),
        ("a**/*.txt", "a/file.txt", True),
        ("a**/*.txt", "a/dir/dir/file.txt", True),
        ("a/*.txt", "a/dir/file.txt", False),
        ("a/*.txt", "a/file.txt", True),
        ("a/*.txt**", "a/file.txt", True),
        ("a[b-d]e", "ae", False),
        ("a[b-d]e", "ace", True),
        ("a[b-d]e", "aae", False),
        ("a[^b-d]e", "aze", True),
        (".*", ".foo", True),
        (".*", "foo", False),
        ("abc.def", "abcdef", False),
        ("abc.def", "abc.def", True),
        ("abc.def", "abcZdef", False),
        ("abc?def", "abcZdef", True),
        ("abc?def", "abcdef", False),
        ("a\\\\", "a\\", True),
        ("**/foo/bar", "foo/bar", True),
        ("**/foo/bar", "dir/dir2/foo/bar", True),
        ("abc/**", "abc", False),
        ("abc/**", "abc/def/ghi", True),
        ("**/.foo", ".foo", True),
        ("**/.foo", "bar.foo", False),
        ("a(b)c/def", "a(b)c/def", True),
        ("a(b)c/def", "a(b)c/xyz", False),
        ("a.|)$(}+{bc", "a.|)$(}+{bc", True),
        ("dist/*.whl", "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl", True),
        ("a\\*b", "a*b", True),
        # TestMatch, which takes them from Go's own filepath.Match
        ("*", "abc", True),
        ("*c", "abc", True),
        ("a*", "a", True),
        ("a*", "ab/c", True),
        ("a*/b", "abc/b", True),
        ("a*/b", "a/c/b", False),
        ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/f", True),
        ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", False),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False),
        ("a*b?c*x", "abxbbxdbxebxczzx", True),
        ("a*b?c*x", "abxbbxdbxebxczzy", False),
        ("ab[c]", "abc", True),
        ("ab[b-d]", "abc", True),
        ("ab[e-g]", "abc", False),
        ("ab[^c]", "abc", False),
        ("ab[^b-d]", "abc", False),
        ("ab[^e-g]", "abc", True),
        ("a\\*b", "ab", False),
        ("a?b", "a☺b", True),
        ("a[^a]b", "a☺b", True),
        ("a???b", "a☺b", False),
        ("[a-ζ]*", "ε", True),
        ("*[a-ζ]", "A", False),
        ("a?b", "a/b", False),
        ("a*b", "a/b", False),
        ("[\\]a]", "]", True),
        ("[\\-]", "-", True),
        ("[x\\-]", "x", True),
        ("[x\\-]", "-", True),
        ("[x\\-]", "z", False),
        ("[\\-x]", "x", True),
        ("*x", "xxx", True),
    ],
)
def test_one_pattern_matches_as_in_moby(pattern: str, path: str, matches: bool) -> None:
    assert ignored(path, pattern) is matches


@pytest.mark.parametrize(
    ("patterns", "path", "matches"),
    [
        (["**", "!util/docker/web"], "util/docker/web/foo", False),
        (["**", "!util/docker/web", "util/docker/web/foo"], "util/docker/web/foo", True),
        (["**", "!dist/*.whl"], "dist/proxy-2.4.0+g08-any.whl", False),
        (["!fileutils.go", "*.go"], "fileutils.go", True),
        (["*.go", "!fileutils.go"], "fileutils.go", False),
        (["docs", "!docs/README.md"], "docs/README.md", False),
        (["docs/", "!docs/README.md"], "docs/README.md", False),
        (["docs/*", "!docs/README.md"], "docs/README.md", False),
        (["docs", "  !docs/README.md  "], "docs/README.md", False),
        (["*", "! /bin/app"], "bin/app", False),
        (["/app"], "app", True),
        (["./app"], "app", True),
        (["#app"], "app", False),
        (["\ufeffapp\r"], "app", True),
        (["*.go"], ".", False),
        (["."], "app", False),
    ],
)
def test_later_lines_win_and_exclamation_marks_keep(
    patterns: list[str], path: str, matches: bool
) -> None:
    assert ignored(path, *patterns) is matches


@pytest.mark.parametrize(
    "pattern", ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "!", "! "]
)
def test_what_go_refuses_as_a_pattern_is_told_with_its_line(pattern: str) -> None:
    with pytest.raises(DockerfileError, match=r"\.dockerignore:2: .* is no pattern"):
        list(rules_of(f"ok\n{pattern}\n"))


def test_the_file_of_the_dockerfile_itself_comes_before_that_of_the_context(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    assert read_ignored(tmp_path, tmp_path / "deploy" / "Dockerfile") is None
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "deploy" / "Dockerfile.dockerignore").write_text("b\n")
    own = read_ignored(tmp_path, tmp_path / "deploy" / "Dockerfile")
    other = read_ignored(tmp_path, tmp_path / "Dockerfile")
    assert own is not None and other is not None
    assert (own.by("a") is None, own.by("b") is None) == (True, False)
    assert other.by("a") == ".dockerignore:1: a"


def test_a_context_shows_no_ignored_file_and_a_folder_only_where_something_may_be_kept(
    tmp_path: Path,
) -> None:
    for name in ("bin/app", "bin/tool", "docs/page"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".dockerignore").write_text("*\n!bin/app\n")
    context = Context(tmp_path, read_ignored(tmp_path, "Dockerfile"))
    shown = [
        one.name
        for name in ("bin", "docs", "bin/*", "docs/page", ".")
        for one in context.find(name)
    ]
    assert shown == ["bin", "bin/app", ""]
    assert context.left_out("docs/page") == ".dockerignore:1: *"
    assert context.left_out("not/built/yet") == ".dockerignore:1: *"
    assert context.left_out("bin") is None


def test_no_pattern_takes_long() -> None:
    started = time.perf_counter()
    assert not ignored("a/" * 500 + "b", *["**/a*" * 40 + "c"] * 5)
    assert time.perf_counter() - started < 5
