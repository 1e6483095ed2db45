"""What a picture shows, and the files it is kept in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shot:
    """One look at one person.

    subject:    number of the person in the corpus's population.
    expression: one of the posed ones, or `neutral`: the person at rest.
    take:       number of the recording of that person and expression.
    number:     of the picture in the recording: names its noise.
    frames:     length of the recording from its onset (0) to its apex (frames - 1), at least 2.
    at:         place in it.
    strength:   share of the way from the onset, for expressions held at less than their apex.
    units:      action units on top, (FACS number, strength): for faces that have no common name.
    yaw:        degrees that the camera stands to the side; positive: the nose points to the right.
    light:      where a lamp stands, degrees to the right; None: as the level draws it.
    portrait:   looking straight into the camera, lit from the front, whatever the level draws;
                `yaw` and `light` then say nothing.
    """

    subject: int
    expression: str
    take: int = 0
    number: int = 0
    frames: int = 2
    at: int = 1
    strength: float = 1.0
    units: tuple[tuple[int, float], ...] = ()
    yaw: float = 0.0
    light: float | None = None
    portrait: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A shot and the files made from it, paths below the root; (width, height) of the first.

    into: the file that this picture ends in together with others, a table or a video; its own
          files are then drafts of it. Empty: its own files are the corpus's.
    """

    shot: Shot
    files: tuple[str, ...]
    size: tuple[int, int]
    grey: bool = False
    into: str = ""
