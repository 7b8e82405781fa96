from __future__ import annotations

import pickle
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from providers.pricing import FIGURES, PriceBook, PriceBookRefused, regions_for, regions_named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIGURES, tmp_path / "figures"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_known_price(book: PriceBook) -> None:
    assert book.price("aws", "eu-west-1", "g4dn.xlarge") == Decimal("0.587")
    assert book.price("aws", "eu-central-1", "g5.xlarge", spot=True) == Decimal("0.5417")


def test_a_missing_price_is_unknown_and_not_zero(book: PriceBook) -> None:
    assert book.price("azure", "westeurope", "Standard_D4s_v5", spot=True) is None
    assert book.price("aws", "eu-central-1", "p9.huge") is None
    assert book.service("azure", "logs_gb", "westeurope") is None


def test_a_price_of_another_region_says_so(book: PriceBook) -> None:
    here = book.service("aws", "egress_gb", "eu-central-1")
    elsewhere = book.service("aws", "load_balancer_hour", "eu-central-1")
    assert here is not None
    assert elsewhere is not None
    assert (here.exact, here.usd) == (True, Decimal("0.09"))
    assert (elsewhere.exact, elsewhere.region, elsewhere.usd) == (False, "us-east-1", Decimal("0.0225"))


def test_every_figure_has_a_source_and_a_date(book: PriceBook) -> None:
    undated = [item.type for item in book.instances if not item.source.reference or item.source.day > book.as_of]
    assert undated == []
    assert book.as_of == date(2026, 7, 30)


def test_doubtful_figures_were_left_out(book: PriceBook) -> None:
    assert [item.type for item in book.instances if item.type.startswith(("c3-", "c4-", "n4-", "g4-"))] == []
    assert [item.type for item in book.instances if item.cloud == "azure" and item.spot is not None] == []
    assert [i.type for i in book.instances if i.spot and i.on_demand and i.spot >= i.on_demand] == []


def test_the_hash_is_of_the_content(folder: Path, book: PriceBook) -> None:
    assert PriceBook.load(folder).sha256 == book.sha256
    spoil(folder, "services.csv", "0.0225", "0.0226")
    assert PriceBook.load(folder).sha256 != book.sha256


def test_a_pickle_carries_the_content_and_is_parsed_once_in_each_process(folder: Path) -> None:
    pickled = pickle.dumps(PriceBook.load(folder))
    spoil(folder, "services.csv", "0.0225", "0.0227")
    restored = pickle.loads(pickled)
    assert restored.sha256 != PriceBook.load(folder).sha256
    assert restored.price("aws", "eu-west-1", "g4dn.xlarge") == Decimal("0.587")
    assert pickle.loads(pickled) is restored


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("instances.csv", "zone_count", "zones", 1, "unknown field 'zones'"),
        ("instances.csv", "0.1704", "-0.1704", None, "ondemand_usd_per_hour is negative: -0.1704"),
        ("instances.csv", "aws-instances\n", "nobody\n", 2, "source 'nobody' is not in sources.csv"),
        ("instances.csv", "aws,ap-northeast-1,", "aws,mars-1,", 2, "unknown region aws 'mars-1'"),
        ("instances.csv", "aws,ap-northeast-1,", "ibm,ap-northeast-1,", 2, "unknown cloud 'ibm'"),
        ("services.csv", "usd,source", "source,usd", 1, "fields must be in the order"),
        ("services.csv", ",0.1,aws-eks-cluster", ",,aws-eks-cluster", 2, "usd is empty"),
        ("services.csv", ",0.1,aws-eks-cluster", ",nan,aws-eks-cluster", 2, "usd is 'nan', not a finite number"),
        ("services.csv", ",0.1,aws-eks-cluster", ",ten,aws-eks-cluster", 2, "usd is 'ten', not a number"),
        ("services.csv", ",0.1,aws-eks-cluster", ",1e400,aws-eks-cluster", 2, "usd is '1e400', above $100,000 for one"),
        ("services.csv", ",0.1,aws-eks-cluster", ",1e999,aws-eks-cluster", 2, "usd is '1e999', above $100,000 for one"),
        ("services.csv", ",0.1,aws-eks-cluster", ",100000.01,aws-eks-cluster", 2, "usd is '100000.01', above"),
        ("instances.csv", ",0.587,", f",{'9' * 20},", None, f"ondemand_usd_per_hour is '{'9' * 20}', above"),
        ("instances.csv", ",0.587,", f",{'9' * 5000},", None, f"ondemand_usd_per_hour is '{'9' * 39}…', above"),
        ("sources.csv", ",2024-07-01", ",July", None, "as_of is 'July', not a date"),
        ("sources.csv", "id,reference,as_of\n", 'id,reference,as_of\n"open', None, "not valid CSV"),
        ("sources.csv", "id,reference,as_of\n", "id,reference,as_of\na,b\n", 2, "2 fields, 3 expected"),
    ],
)
def test_a_wrong_book_is_refused_whole(
    folder: Path, file: str, old: str, new: str, line: int | None, reason: str
) -> None:
    if file == "instances.csv" and old == "0.1704":
        old = (folder / file).read_text().splitlines()[1].split(",")[8]
        new, reason = f"-{old}", f"ondemand_usd_per_hour is negative: -{old}"
    spoil(folder, file, old, new)
    with pytest.raises(PriceBookRefused) as refused:
        PriceBook.load(folder)
    assert (refused.value.file, reason in refused.value.reason) == (file, True), refused.value
    assert line is None or refused.value.line == line


@pytest.mark.parametrize(
    ("column", "value"),
    [("memory_gib", "1e400"), ("vcpus", "9" * 5000), ("zone_count", "1000001"), ("vcpus", "9" * 20)],
)
def test_a_machine_larger_than_any_is_refused(folder: Path, column: str, value: str) -> None:
    header, first, *rest = (folder / "instances.csv").read_text().splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True)) | {column: value}
    (folder / "instances.csv").write_text("\n".join([header, ",".join(cells.values()), *rest]) + "\n")
    with pytest.raises(PriceBookRefused, match=f"{column} is .*, more than any machine has: at most 1,000,000") as said:
        PriceBook.load(folder)
    assert said.value.line == 2
    assert len(said.value.reason) < 200


def test_the_highest_price_that_is_taken_can_be_planned_with(folder: Path) -> None:
    spoil(folder, "services.csv", ",0.1,aws-eks-cluster", ",100000,aws-eks-cluster")
    found = PriceBook.load(folder).service("aws", "cluster_hour", "us-east-1")
    assert found is not None
    assert found.usd == Decimal(100_000)


def test_a_duplicate_id_is_refused_with_both_lines(folder: Path) -> None:
    path = folder / "services.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join([*rows, rows[1]]) + "\n")
    with pytest.raises(PriceBookRefused, match="duplicate id aws cluster_hour us-east-1, first on line 2") as refused:
        PriceBook.load(folder)
    assert refused.value.line == len(rows) + 1


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "sources.csv").unlink()
    with pytest.raises(PriceBookRefused, match=r"sources.csv:1: cannot be read"):
        PriceBook.load(folder)


@pytest.mark.parametrize(
    ("residency", "inside", "outside"),
    [
        ("EU", ("aws", "eu-west-1"), ("aws", "eu-west-2")),
        ("UK", ("aws", "eu-west-2"), ("aws", "eu-west-1")),
        ("Germany", ("gcp", "europe-west3"), ("gcp", "europe-west4")),
        ("us", ("azure", "eastus"), ("azure", "canadacentral")),
        ("EEA", ("azure", "norwayeast"), ("aws", "eu-central-2")),
    ],
)
def test_regions_for_a_residency(residency: str, inside: tuple[str, str], outside: tuple[str, str]) -> None:
    assert (inside in regions_for(residency), outside in regions_for(residency)) == (True, False)


def test_an_unknown_residency_allows_nothing() -> None:
    assert regions_for("the moon") == frozenset()


def test_a_region_may_be_named_by_its_city() -> None:
    assert regions_named("eu-west-1") == {("aws", "eu-west-1")}
    assert regions_named("Frankfurt") == {
        ("aws", "eu-central-1"), ("gcp", "europe-west3"), ("azure", "germanywestcentral"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("on_demand", "spot", "reason"),
    [
        ("0", "", "ondemand_usd_per_hour is 0; leave it empty when the price is unknown"),
        ("1.5", "0.00", "spot_usd_per_hour is 0; leave it empty when the price is unknown"),
        ("1.5", "1.6", "spot_usd_per_hour is 1.6, which is above ondemand_usd_per_hour, 1.5"),
    ],
)
def test_a_price_that_cannot_be_is_refused(folder: Path, on_demand: str, spot: str, reason: str) -> None:
    head, first, *rest = (folder / "instances.csv").read_text().splitlines()
    cells = first.split(",")
    cells[8:10] = on_demand, spot
    (folder / "instances.csv").write_text("\n".join([head, ",".join(cells), *rest]) + "\n")
    with pytest.raises(PriceBookRefused) as refused:
        PriceBook.load(folder)
    assert (refused.value.file, refused.value.line, refused.value.reason) == ("instances.csv", 2, reason)


def test_either_of_two_places_allows_the_regions_of_both() -> None:
    assert regions_for("UK or Ireland") == regions_for("UK") | regions_for("Ireland")
    assert regions_for("UK or the moon") == regions_for("UK")
