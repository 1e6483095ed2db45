"""The contact sheet of the documentation."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ferbench.datasets.simulated.contact_sheet import GAP, contact_sheet, main


def test_pictures_lie_in_rows_on_white() -> None:
    images = [np.full((4, 5, 3), 10 * k, dtype=np.uint8) for k in range(5)]
    sheet = contact_sheet(images, columns=3)
    assert sheet.shape == (8 + GAP, 15 + 2 * GAP, 3)
    assert (sheet[:4, :5] == 0).all()
    assert (sheet[4 + GAP :, 5 + GAP : 10 + GAP] == 40).all()
    assert (sheet[4 + GAP :, 10 + 2 * GAP :] == 255).all()
    assert (sheet[4 : 4 + GAP] == 255).all()


def test_the_command_writes_a_row_for_each_subject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "sheet.png"
    monkeypatch.setattr("sys.argv", ["", str(target), "--subjects", "2", "--size", "32"])
    main()
    with Image.open(target) as sheet:
        assert sheet.size == (8 * 32 + 7 * GAP, 2 * 32 + GAP)
        assert len(sheet.getcolors()) > 50
