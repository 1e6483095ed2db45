"""Looking for near-duplicate images across a split, once the images are prepared."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ferbench.files import whole_file
from ferbench.grid.corpus import Corpus
from ferbench.grid.material import Supplies
from ferbench.imaging.prepared import IMAGING_VERSION, open_prints
from ferbench.protocols.crossing import Prints
from ferbench.protocols.split import Split, cut


def certified(corpus: Corpus, split: Split, cache: Path) -> Split:
    """The split with what an earlier search for near-duplicates found, if there was one."""
    path = _path(corpus, split, cache)
    if not path.exists():
        return split
    found = json.loads(path.read_text())
    example = tuple(found["example"]) if found["example"] else None
    certificate = replace(
        split.certificate, near_duplicates=found["near_duplicates"], example=example
    )
    return replace(split, certificate=certificate)


def search(splits: Iterable[tuple[Corpus, Split]], supplies: Supplies) -> bool:
    """Search each split that was not searched yet; whether any was.

    What is found is counted in the certificate, and said with every run: whether two pictures that
    look alike are copies is for a person to decide.
    """
    searched = False
    for corpus, split in splits:
        path = _path(corpus, split, supplies.cache)
        folders = supplies.folders(corpus)
        if path.exists() or not folders:
            continue
        checked = cut(split.protocol, corpus.index, Prints(*open_prints(folders[0])), tolerate=True)
        found = checked.certificate
        told = {"near_duplicates": found.near_duplicates, "example": found.example}
        with whole_file(path) as draft:
            draft.write_text(json.dumps(told))
        searched = True
    return searched


def _path(corpus: Corpus, split: Split, cache: Path) -> Path:
    name = f"{corpus.fingerprint}-{split.fingerprint}-{IMAGING_VERSION}.json"
    return cache / "certificates" / name
