"""Dockerfiles are read as BuildKit reads them."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkcheck.gate.reader import DockerfileError, read_source
from linkcheck.gate.words import expand
from tests.gate.corpus_cases import CorpusCase, cases

TRICKY = r"""# syntax=docker/dockerfile:1
# escape=`
ARG V=1
FROM --platform=$BUILDPLATFORM golang:${V} AS b
RUN <<EOF
echo hi
# no comment
EOF
RUN a && `
# comment
  b `

  c
COPY --from=b --chmod=0755 <<EOT /x
foo
EOT
COPY --parents a b /c/
ENTRYPOINT ["/app","x"] # dropped
CMD /app x
HEALTHCHECK --interval=5s CMD curl -f http://x
run <<-"A B" cat
	x
	A B
ENV A=1 B="x y"
"""


def read(text: str) -> list[tuple[str, str]]:
    return [(i.keyword, i.args) for i in read_source(text, "Dockerfile").instructions]


def test_comments_and_empty_lines_inside_a_continuation_are_dropped() -> None:
    assert read("FROM a\nRUN a && \\\n# no\n\n  b\nUSER x") == [
        ("FROM", "a"), ("RUN", "a &&   b"), ("USER", "x")
    ]  # fmt: skip


def test_lines_of_a_heredoc_are_no_instructions() -> None:
    source = read_source("FROM a\nRUN <<EOF\nFROM b\nEOF\nUSER x", "Dockerfile")
    assert [i.keyword for i in source.instructions] == ["FROM", "RUN", "USER"]
    assert source.instructions[1].heredocs[0].content == "FROM b\n"
    assert (source.instructions[2].line, source.instructions[1].end_line) == (5, 4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM a\nRUN <<EOF\nx", "Dockerfile:2: unterminated heredoc EOF"),
        ("FROM a\nFORM b", "Dockerfile:2: unknown instruction: FORM"),
        ("# escape=x\nFROM a", "Dockerfile:1: invalid escape character 'x'"),
        ("FROM", "Dockerfile:1: FROM requires at least one argument"),
    ],
)
def test_what_buildkit_refuses_is_one_line_with_its_place(text: str, why: str) -> None:
    with pytest.raises(DockerfileError) as error:
        read(text)
    assert error.value.message == why
    assert error.value.next_step


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A", "x"), ("${A}y", "xy"), ("'$A'", "$A"), ('"$A b"', "x b"), ("\\$A", "$A"),
        ("${B:-d}", "d"), ("${A:-d}", "x"), ("${A:+d}", "d"), ("${B:+d}", ""), ("${E:-d}", "d"),
        ("${E-d}", ""), ("${B:-${A}}", "x"), ("$B", ""), ("${P#*/}", "b/c.d"),
        ("${P##*/}", "c.d"), ("${P%.*}", "a/b/c"), ("${P%%/*}", "a"), ("${P/b/z}", "a/z/c.d"),
        ("${P//[/]/}", "a/b/c.d"), ("${unclosed", "${unclosed"), ("a$", "a$"),
    ],
)  # fmt: skip
def test_variables_are_expanded_as_in_dockerfiles(text: str, value: str) -> None:
    known = {"A": "x", "E": "", "P": "a/b/c.d"}
    assert expand(text, known.get) == value


def oracle(text: str) -> list[Any] | None:
    """What BuildKit's own parser says, or None where it refuses."""
    dockerfile = pytest.importorskip("dockerfile", reason="its wheels are for x86-64 Linux alone")
    try:
        return [c for c in dockerfile.parse_string(text) if c.cmd]
    except dockerfile.GoParseError:
        return None


def compare(text: str) -> None:
    theirs = oracle(text)
    try:
        ours = read_source(text, "Dockerfile").instructions
    except DockerfileError as error:
        # the parser leaves these to a later step of the build, which refuses them as well
        later = ("unknown instruction", "requires at least", "unknown flag")
        assert theirs is None or any(words in error.message for words in later), error
        return
    if theirs is None:
        return  # its checks of values (ENV, LABEL) are made when a stage is worked out
    seen = [(c.cmd.upper(), c.start_line, c.end_line, tuple(c.flags), c.json) for c in theirs]
    mine = [
        (i.keyword, i.line, i.end_line, i.flags, i.json) for i in ours if i.keyword != "HEALTHCHECK"
    ]
    assert mine == [one for one in seen if one[0] != "HEALTHCHECK"]
    for instruction, command in zip(ours, theirs, strict=True):
        if instruction.json and instruction.keyword not in ("HEALTHCHECK", "VOLUME"):
            assert instruction.words == tuple(command.value)
        contents = [(h.name, h.content, h.descriptor) for h in instruction.heredocs]
        assert contents == [(h.name, h.content, h.file_descriptor) for h in command.heredocs]


needs_oracle = pytest.mark.skipif(
    importlib.util.find_spec("dockerfile") is None, reason="no package `dockerfile` here"
)


@needs_oracle
def test_a_tricky_file_is_read_as_buildkits_own_parser_reads_it() -> None:
    compare(TRICKY)


@needs_oracle
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_corpus_is_read_as_buildkits_own_parser_reads_it(case: CorpusCase) -> None:
    compare(case.dockerfile)


PIECES = st.sampled_from(
    ["FROM a", "FROM b AS c\n", "RUN ", "<<EOF", "EOF", "\n", "\\\n", " ", "# x\n", "#", "a", "&&",
     '["a", "b"]', '["a"', "[1]", "COPY --from=b ", "--", "'", '"', "\t", "ENTRYPOINT ", "CMD ",
     "USER ", "\r\n", "`", "\\", "<<-", "x y", "ARG A=1\n", "é", "$A", "${A:-b}", "RUN <<E a\nE\n"]
)  # fmt: skip


@needs_oracle
@settings(max_examples=400)
@given(st.lists(PIECES, min_size=1, max_size=25).map("".join))
def test_any_mixture_is_read_as_buildkits_own_parser_reads_it(text: str) -> None:
    compare("FROM a\n" + text)


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        read_source(text, "Dockerfile")
    except DockerfileError as error:
        assert "\n" not in error.message or "\n" in text
