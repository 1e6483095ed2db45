"""Photographs in one folder an expression: `happiness/PERSON_1.png`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ferbench.contracts.dataset import DatasetSpec
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.contracts.hookspecs import hookimpl
from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Row
from ferbench.datasets.survey import Survey


@dataclass
class AlbumConfig:
    root: str = ""


class Album(FolderDataset):
    name = "album"
    layout = "folders named after expressions"
    obtain = "make a folder for each expression"

    def fits(self, folder: Path) -> bool:
        return any((folder / name).is_dir() for name in EXPRESSIONS)

    def scan(self, survey: Survey) -> Iterator[Row]:
        for expression in survey.folders():
            if expression not in EXPRESSIONS:
                survey.warn("folders that are no expressions", expression)
                continue
            for file in survey.files(expression):
                person = file.partition("_")[0]
                yield Row(f"{expression}/{file}", expression, subject=person)


@hookimpl
def register_datasets(register: Callable[[DatasetSpec], None]) -> None:
    register(
        DatasetSpec(
            name="album",
            summary="photographs in one folder an expression",
            factory="album:Album",
            config=AlbumConfig,
            protocol="kfold:5-val",
            licence="that of the photographs",
        )
    )
