"""The shape parameters of a face."""

from dataclasses import dataclass, fields
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """How one face differs from the average face, in standard deviations; 0 is average.

    Of floats for a person, and of tensors for a batch of people.
    """

    face_width: T
    face_length: T
    face_depth: T
    squareness: T
    jaw_width: T
    cheek_width: T
    forehead_width: T
    chin_length: T
    chin_width: T
    chin_projection: T
    cheekbone: T
    cheek_fullness: T
    brow_ridge: T
    ear_size: T

    nose_length: T
    nose_width: T
    nose_height: T
    nose_bridge: T
    nose_tip: T
    nose_upturn: T
    nose_hump: T

    eye_spacing: T
    eye_level: T
    eye_width: T
    eye_opening: T
    eye_slant: T
    eye_depth: T
    eye_unevenness: T
    lid_crease: T
    iris_size: T

    brow_level: T
    brow_arch: T
    brow_slope: T
    brow_length: T
    brow_gap: T
    brow_thickness: T
    brow_density: T
    forehead_folds: T

    mouth_level: T
    mouth_width: T
    mouth_slope: T
    mouth_unevenness: T
    upper_lip: T
    lower_lip: T
    cupids_bow: T

    hairline: T
    hair_peak: T
    hair_recession: T
    hair_volume: T


SHAPE_NAMES = tuple(field.name for field in fields(Shape))
