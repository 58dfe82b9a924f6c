"""The JSON is a promise: exactly these keys, valid by the published schema."""

from __future__ import annotations

import json

import jsonschema
import pytest

from linkcheck.model.report import Report, Trial
from linkcheck.report.json import project, render
from linkcheck.report.schema import schema_text
from tests.report.samples import foreign, matrix, report, subject

SUBJECT_KEYS = [
    "path", "sha256", "size", "format", "platform", "linkage", "interpreter", "needed", "libc",
    "go", "needs", "findings", "verdicts", "recommendation",
]  # fmt: skip
BUILD_KEYS = [
    "recipe", "platform", "go", "status", "seconds", "log_tail", "path", "image_size", "subject",
    "trials", "name", "notes", "shippable", "image_measured", "image_sizes",
]  # fmt: skip


def started() -> Report:
    trial = Trial("scratch", "started", None, "listening", True)
    return Report((subject()._replace(trials=(trial,)),))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("sample", [report(), matrix(), Report(()), started()])
def test_every_report_is_valid_by_the_published_schema(
    sample: Report, validator: jsonschema.Draft202012Validator
) -> None:
    assert list(validator.iter_errors(json.loads(render(sample)))) == []


def test_a_report_with_a_renamed_key_is_not_valid(
    validator: jsonschema.Draft202012Validator,
) -> None:
    document = json.loads(render(report()))
    document["subjects"][0]["sha"] = document["subjects"][0].pop("sha256")
    assert [e.message for e in validator.iter_errors(document)] == [
        "'sha256' is a required property"
    ]


def test_keys_are_those_of_the_contract_in_its_order() -> None:
    document = project(report())
    assert list(document) == ["schema_version", "tool", "subjects", "errors"]
    first = document["subjects"][0]
    assert list(first) == SUBJECT_KEYS
    assert list(first["go"]) == [
        "version",
        "path",
        "module",
        "settings",
        "resolver",
        "cgo_packages",
    ]
    assert list(first["needs"][0]) == ["kind", "value", "when", "confidence", "evidence"]
    assert list(first["findings"][0]) == ["rule", "level", "message", "evidence", "fix"]
    assert list(first["verdicts"][0]) == ["base", "verdict", "unmet", "reason", "error_text"]
    assert list(first["recommendation"]) == ["base", "because", "add", "alternatives"]


def test_a_matrix_adds_its_builds_and_nothing_else() -> None:
    document = project(matrix())
    assert list(document) == ["schema_version", "tool", "subjects", "errors", "builds"]
    assert list(document["builds"][0]) == BUILD_KEYS
    assert document["builds"][0]["trials"] == [
        {
            "base": "scratch",
            "observed": "refused",
            "exit_code": 255,
            "output_tail": "exec /app: no such file or directory",
            "agrees": True,
            "emulator": None,
        }
    ]


def test_a_subject_has_trials_only_where_it_was_started() -> None:
    document = project(started())["subjects"][0]
    assert list(document) == [*SUBJECT_KEYS, "trials"]
    assert document["trials"] == [
        {
            "base": "scratch",
            "observed": "started",
            "exit_code": None,
            "output_tail": "listening",
            "agrees": True,
            "emulator": None,
        }
    ]


def test_what_is_not_elf_has_no_linkage_but_names_its_libraries() -> None:
    document = project(Report((foreign(),)))["subjects"][0]
    assert (document["linkage"], document["interpreter"], document["go"]) == (None, None, None)
    assert document["needed"] == ["/usr/lib/libSystem.B.dylib"]


def test_unmet_names_each_kind_once() -> None:
    scratch = project(Report((subject(),)))["subjects"][0]["verdicts"][0]
    assert (scratch["base"], scratch["unmet"]) == ("scratch", ["loader"])


def test_a_trace_is_there_only_where_it_was_asked_for() -> None:
    traced = project(Report((subject(trace=True),)))["subjects"][0]["verdicts"][0]
    assert traced["trace"] == ["open /lib64/ld-linux-x86-64.so.2", "not there"]
    assert "trace" not in project(report())["subjects"][0]["verdicts"][0]


def test_rendering_twice_gives_identical_bytes() -> None:
    assert render(report()) == render(report())


def test_a_file_name_that_is_no_unicode_is_still_ascii_json() -> None:
    text = render(Report((subject("bad\udcff\x1b[2J"),)))
    assert text.isascii()
    assert json.loads(text)["subjects"][0]["path"] == "bad\udcff\x1b[2J"
