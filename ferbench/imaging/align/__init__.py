"""Aligned faces: five landmarks, moved onto one template that all methods share.

Landmarks that a dataset ships are used as they are; elsewhere MTCNN's cascade finds the face, with
the weights of the wheel `mtcnn` (extra `ferbench[align]`). `aligned` does one picture, `align_all`
many, and both say which faces were not found. In the order of the work:

    weights    the trained arrays, checked against their hashes
    networks   P-Net, R-Net, O-Net
    batches    pictures of one size together
    boxes      moving, squaring, thinning out and cutting boxes
    cascade    picture -> all faces with rough landmarks
    refine     landmarks seen again on the upright face
    detector   which face, and turning pictures in which there is none
    geometry   the template, and similarity transforms onto it
    warp       resampling without aliasing
    faces      all of it together

    >>> from ferbench.imaging.align import aligned
    >>> face = aligned(picture, None, size=(128, 110), margin=0.15)  # None: no face found
"""

from ferbench.imaging.align.detector import Detector, Face
from ferbench.imaging.align.faces import Aligned, align, align_all, aligned

__all__ = ["Aligned", "Detector", "Face", "align", "align_all", "aligned"]
