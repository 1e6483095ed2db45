"""Frames of a video file, read and written with PyAV (the extra `video`)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from ferbench.errors import UsageError

VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".wmv"})


RATE = 25
"""Frames a second of the videos that are written."""

WRITING = "writing videos needs PyAV: pip install 'ferbench[video]'"
READING = "reading videos needs PyAV: pip install 'ferbench[video]', or give folders of frames"


def frame_count(path: Path) -> int:
    """The number of frames: what the file states, or else counted."""
    av = pyav(READING)
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stated: int = stream.frames
            return stated or sum(1 for _ in container.decode(stream))
    except (av.FFmpegError, IndexError) as error:
        raise _unreadable(path, error) from None


def read_frames(path: Path, wanted: Sequence[int]) -> Iterator[np.ndarray]:
    """The frames `wanted` (0 the first) in that order: (H, W, 3) uint8 RGB.

    The file is decoded once; frames asked for in ascending order are not kept.
    """
    av = pyav(READING)
    waiting, held = list(wanted), {}
    count = 0
    try:
        with av.open(str(path)) as container:
            for count, frame in enumerate(container.decode(container.streams.video[0]), 1):
                if count - 1 in waiting:
                    held[count - 1] = frame.to_ndarray(format="rgb24")
                while waiting and waiting[0] in held:
                    yield held[waiting.pop(0)]
                held = {place: image for place, image in held.items() if place in waiting}
                if not waiting:
                    return
    except (av.FFmpegError, IndexError) as error:
        raise _unreadable(path, error) from None
    if waiting:
        raise UsageError(
            f"the video {path} ends after {count} frames; frame {waiting[0] + 1} was asked for"
        )


def write_video(path: Path, frames: Sequence[np.ndarray]) -> None:
    """An AVI of (H, W, 3) uint8 RGB frames, all of one size, which decode to the same numbers.

    FFV1 keeps every bit of them; the file says nothing of its encoder, so that the same frames
    give the same bytes.
    """
    av = pyav(WRITING)
    with av.open(str(path), "w", format="avi", options={"fflags": "+bitexact"}) as container:
        height, width = frames[0].shape[:2]
        stream = container.add_stream("ffv1", RATE, width=width, height=height, pix_fmt="bgr0")
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


def pyav(complaint: str) -> ModuleType:
    """The library; UsageError with this complaint where it is not installed."""
    try:
        import av
    except ImportError:
        raise UsageError(complaint) from None
    module: ModuleType = av
    return module


def _unreadable(path: Path, error: Exception) -> UsageError:
    reason = "no pictures in it" if isinstance(error, IndexError) else str(error).splitlines()[0]
    return UsageError(f"cannot read the video {path}: {reason}; replace the file")
