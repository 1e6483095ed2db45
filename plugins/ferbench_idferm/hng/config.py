"""Settings of the hard negative generation; importable without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ferbench.errors import UsageError
from ferbench.training.checksums import require_checksum
from ferbench.training.recipe import SCHEDULES, among

CORPORA = ("multipie", "pairs", "simpairs", "train")
VARIANTS = ("full", "no-id", "no-feat", "ae-only")
IDENTITIES = ("input", "target")
SPACES = ("laplacian", "pixel")
PHI_INPUTS = ("vgg_face", "imagenet")


@dataclass
class HngConfig:
    """corpus:   `multipie`, `pairs` or `simpairs`, trained once for all folds and datasets, or
              `train`: the pairs of each training fold.
    variant:  `full`; `no-id` and `no-feat` without that loss; `ae-only`: encoder and decoder with
              the pixel loss alone.
    divisor:  every width of encoder, decoder and discriminator but that of z is divided by it.
    latent:   length of z.
    slope:    of the leaky ReLU.
    warmup:   of the epochs, how many come first with the pixel loss alone.
    pairs:    pairs of an epoch, drawn anew for each; 0: every input once.
    schedule: of the learning rate, over all epochs: `one_cycle` up to `lr`, or `constant`.
    alpha1:   weight of the identity loss.           alpha2: of the pixel loss.
    alpha3:   weight of the symmetry loss.           alpha4: of the adversarial loss.
    identity: the identity loss compares the generated face with the input (as the text says) or
              with the target.
    symmetry: the space of the symmetry loss.
    phi_weights, psi_weights: files with the weights of VGG-Face and Light CNN-4, and their
              SHA-256; without them the networks are trained on the corpus's people.
    phi_input: what the given VGG-Face was trained on: grey levels minus that network's mean, or
              ImageNet's mean and deviation.
    phi_divisor, psi_divisor: of the trained VGG-Face and Light CNN-4; as `divisor`.
    feature_epochs, feature_images, feature_batch, feature_lr: of their training; as `epochs`,
              `pairs`, `batch`, and the highest rate of a one-cycle schedule.
    psi_side: pixels that faces are enlarged to for Light CNN-4; 128 is its own size.
    psi_dropout: of Light CNN-4's feature while it is trained; 0.7 is its authors'.
    """

    corpus: str = "multipie"
    variant: str = "full"
    divisor: int = 1
    latent: int = 256
    slope: float = 0.1
    epochs: int = 30
    warmup: int = 0
    pairs: int = 0
    batch: int = 64
    lr: float = 2e-4
    schedule: str = "constant"
    alpha1: float = 0.03
    alpha2: float = 0.01
    alpha3: float = 0.3
    alpha4: float = 0.1
    identity: str = "input"
    symmetry: str = "laplacian"
    phi_weights: str = ""
    phi_sha256: str = ""
    phi_input: str = "vgg_face"
    psi_weights: str = ""
    psi_sha256: str = ""
    psi_side: int = 128
    psi_dropout: float = 0.7
    phi_divisor: int = 1
    psi_divisor: int = 1
    feature_epochs: int = 10
    feature_images: int = 0
    feature_batch: int = 32
    feature_lr: float = 1e-3

    def __post_init__(self) -> None:
        among("corpus", self.corpus, CORPORA)
        among("variant", self.variant, VARIANTS)
        among("identity", self.identity, IDENTITIES)
        among("symmetry", self.symmetry, SPACES)
        among("phi_input", self.phi_input, PHI_INPUTS)
        among("schedule", self.schedule, SCHEDULES)
        if not 0 <= self.warmup <= self.epochs:
            raise UsageError(
                f"warmup is {self.warmup}; it is part of the {self.epochs} epochs of the generator"
            )
        for name in ("phi", "psi"):
            weights, checksum = f"{name}_weights", f"{name}_sha256"
            require_checksum(weights, getattr(self, weights), getattr(self, checksum), checksum)

    @property
    def has_feature_loss(self) -> bool:
        """Whether L_feat takes part."""
        return self.variant in ("full", "no-id")

    @property
    def has_identity_loss(self) -> bool:
        """Whether L_id takes part."""
        return self.variant in ("full", "no-feat") and self.alpha1 > 0


BALANCED: Mapping[str, Any] = {
    "lr": 5e-4,
    "schedule": "one_cycle",
    "batch": 16,
    "alpha1": 0.3,
    "alpha2": 1000.0,
    "alpha3": 30.0,
    "alpha4": 3.0,
    "psi_side": 64,
    "psi_dropout": 0.0,
    "feature_lr": 2e-3,
}
"""Below `paper`. A VGG-Face that we train gives an L_feat of 100 to 270, beside which the printed
weights leave nothing of the other losses: faces come out as a checkerboard.
"""

HNG_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "tiny": {
        **BALANCED,
        "corpus": "train",
        "divisor": 16,
        "latent": 16,
        "epochs": 2,
        "warmup": 1,
        "pairs": 128,
        "phi_divisor": 16,
        "psi_divisor": 16,
        "feature_epochs": 1,
        "feature_images": 128,
    },
    "lite": {
        **BALANCED,
        "corpus": "train",
        "divisor": 8,
        "latent": 64,
        "epochs": 6,
        "warmup": 4,
        "pairs": 512,
        "phi_divisor": 8,
        "psi_divisor": 8,
        "feature_epochs": 2,
        "feature_images": 768,
    },
    "study": {
        **BALANCED,
        "corpus": "simpairs",
        "identity": "target",
        "alpha1": 1.0,
        "divisor": 4,
        "epochs": 18,
        "warmup": 2,
        "pairs": 6000,
        "phi_divisor": 8,
        "psi_divisor": 4,
        "feature_epochs": 6,
    },
    "paper": {},
}
"""Settings of the generator by preset. `tiny` and `lite` learn from the training fold, which needs
no further corpus and gives no good faces. The plugin's README says how `study` was chosen.
"""
