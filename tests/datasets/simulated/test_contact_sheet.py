"""The contact sheet of the documentation."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.contact_sheet import GAP, contact_sheet, draw_gallery
from ferbench.datasets.simulated.plates import PLATES, main


def test_pictures_lie_in_rows_on_white() -> None:
    images = [np.full((4, 5, 3), 10 * k, dtype=np.uint8) for k in range(5)]
    sheet = contact_sheet(images, columns=3)
    assert sheet.shape == (8 + GAP, 15 + 2 * GAP, 3)
    assert (sheet[:4, :5] == 0).all()
    assert (sheet[4 + GAP :, 5 + GAP : 10 + GAP] == 40).all()
    assert (sheet[4 + GAP :, 10 + 2 * GAP :] == 255).all()
    assert (sheet[4 : 4 + GAP] == 255).all()


def test_a_gallery_has_a_row_for_each_subject(tmp_path: Path) -> None:
    target = tmp_path / "sheet.png"
    draw_gallery(target, SimFacesConfig(subjects=2, size=32))
    with Image.open(target) as sheet:
        assert sheet.size == (8 * 32 + 7 * GAP, 2 * 32 + GAP)
        assert len(sheet.getcolors()) > 50


@pytest.mark.parametrize("name", PLATES)
def test_a_plate_shows_what_it_names(name: str) -> None:
    images, columns = PLATES[name](24)
    assert len(images) % columns == 0
    assert all(image.shape == (24, 24, 3) and image.dtype == np.uint8 for image in images)
    assert len({image.tobytes() for image in images}) == len(images)


def test_the_command_writes_every_plate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["", str(tmp_path), "--size", "24"])
    for name in set(PLATES) - {"age", "occluders"}:
        monkeypatch.delitem(PLATES, name)
    main()
    written = {file.stem for file in tmp_path.iterdir()}
    assert written == {f"simfaces-{name}" for name in ("contact-sheet", "age", "occluders")}
