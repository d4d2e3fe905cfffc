"""The benchmarks still run, count requests right and write what they found. Their timings are nobody's business here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.rows import middle, p95, percentile

ROOT = Path(__file__).parents[2]
MEASURED = ("reconcile", "save_cost", "served")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The document of a short run of everything but the start of the embedded database, which other tests start often."""
    folder = tmp_path_factory.mktemp("results")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWINBOOK_")}
    subprocess.run(
        [sys.executable, "-m", "benchmarks", "--short", "--out", folder, "--only", *MEASURED],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=400,
    )
    (file,) = folder.glob("*.json")
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def _row(found: dict[str, Any], begin: str) -> dict[str, Any]:
    (row,) = [row for row in found["rows"] if row["what"].startswith(begin)]
    return dict(row["measured"])


def test_one_save_is_a_read_and_a_write(found: dict[str, Any]) -> None:
    assert _row(found, "one save")["requests_each"] == {"GET": 1, "POST": 1}


def test_a_class_costs_the_requests_that_the_design_names(found: dict[str, Any]) -> None:
    head = {"identity": 1, "gradebook": 1, "list": 1, "students": 2}
    assert _row(found, "first sync")["by_kind"] == {**head, "insert": 3, "post scores": 3}
    assert _row(found, "no change")["by_kind"] == {**head, "read scores": 3}
    assert _row(found, "everything changed")["by_kind"] == {**head, "read scores": 3, "post scores": 3}


def test_every_row_has_a_bare_number_beside_it(found: dict[str, Any]) -> None:
    assert len(found["rows"]) == 10
    assert all(row["bare"] and row["aim"] for row in found["rows"])


def test_a_result_names_its_machine_without_its_name(found: dict[str, Any]) -> None:
    assert {"date", "cores", "memory_gb", "python", "load_before", "load_after"} <= found["machine"].keys()
    assert os.uname().nodename not in json.dumps(found["machine"])


def test_kept_results_can_be_read() -> None:
    for file in (ROOT / "benchmarks" / "results").glob("*.json"):
        assert {"machine", "rows"} <= json.loads(file.read_text()).keys(), file.name


def test_percentiles() -> None:
    assert (middle([3, 1, 2]), p95([1.0] * 19 + [9]), p95([1.0] * 18 + [9, 9])) == (2, 1.0, 9)
    assert percentile([5], 99) == 5
