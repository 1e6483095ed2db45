"""The named protocols, and which of them ranks on each dataset.

Short names of the papers: 2B(N+M) Softmax, IDFERM, IF-GAN, ED2L, ADFL. Where a paper's printed
figures tell how units were pooled, that pooling ranks: ED2L's and ADFL's fit k/327, k/209 and k/480
(sequences, pooled), IF-GAN's fit k/927, k/1200 and k/3068 (images, pooled), those of 2B and IDFERM
on CK+ fit no count and are presumably means of folds.
"""

from typing import Any

from ferbench.contracts.protocol import Scoring
from ferbench.protocols.named import BY_IMAGE, SEVEN_EXPRESSIVE, SIMFACES, NamedProtocol
from ferbench.protocols.ownsplit import OwnSplit

SIX = tuple(name for name in SEVEN_EXPRESSIVE if name != "contempt")
SIX_AND_NEUTRAL = ("neutral", *SIX)
EIGHT = ("neutral", *SEVEN_EXPRESSIVE)
PRETRAINING = ("neutral", "disgust", "happiness", "surprise")

BY_MEAN = Scoring(unit="sequence", join="mean")
BY_MAXIMUM = Scoring(unit="sequence", join="max", pooling="folds")

EIGHTH: dict[str, Any] = {"folding": "stride", "count": 8, "validation": True}
STRIDE: dict[str, Any] = {"folding": "stride", "count": 10}
STRIDE_VAL: dict[str, Any] = STRIDE | {"validation": True}
BLOCK: dict[str, Any] = {"folding": "block", "count": 10}
LAST: dict[str, Any] = {"rule": "last3", "scoring": BY_MEAN}
MIDDLE: dict[str, Any] = {"rule": "mid3", "scoring": BY_MEAN}
OWN: dict[str, Any] = {"folding": "split", "scored": SIX_AND_NEUTRAL, "scoring": BY_IMAGE}
REFERRED: dict[str, Any] = {"neutral": "required"}

ED2L = "ED2L, experiments: ten groups by ID in ascending order"
ADFL = "ADFL, experiments: ten groups, last three frames and the first"
ADFL_MMI = "ADFL, experiments: ten groups, three middle frames and the first"
IFGAN = "IF-GAN, experiments: ten folds, eight to train, one to validate, one to test"
EIGHT_SUBSETS = "2B(N+M) Softmax, experiments: eight subsets 6/1/1, class of highest probability"
OURS = "ferbench: the leaderboard of this dataset"

CKPLUS: dict[str, Any] = {"dataset": "ckplus", "scored": SEVEN_EXPRESSIVE} | LAST
CKPLUS_PROTOCOLS = (
    NamedProtocol(
        "ckplus-7c-last3-8fold",
        source=f"{EIGHT_SUBSETS}; IDFERM",
        **CKPLUS | EIGHTH | {"scoring": BY_MAXIMUM},
    ),
    NamedProtocol(
        "ckplus-8c-first1last3-8fold",
        source="IDFERM, table 4: neutral added",
        neutral="scored",
        **CKPLUS | EIGHTH | {"scoring": BY_MAXIMUM, "scored": EIGHT},
    ),
    NamedProtocol("ckplus-7c-last3-10fold-stride", source=ED2L, **CKPLUS | STRIDE),
    NamedProtocol("ckplus-7c-last3-10fold-block", source=ED2L, **CKPLUS | BLOCK),
    NamedProtocol("ckplus-7c-last3-10fold-stride-val", source=OURS, **CKPLUS | STRIDE_VAL),
    NamedProtocol("ckplus-7c-first1last3-10fold-stride", source=ADFL, **CKPLUS | STRIDE | REFERRED),
    NamedProtocol("ckplus-7c-first1last3-10fold-block", source=ADFL, **CKPLUS | BLOCK | REFERRED),
    NamedProtocol(
        "ckplus-6c-last3-10fold-stride-val",
        source=IFGAN,
        **CKPLUS | STRIDE_VAL | {"scored": SIX, "scoring": BY_IMAGE},
    ),
)

MMI: dict[str, Any] = {"dataset": "mmi", "scored": SIX} | MIDDLE
MMI_PROTOCOLS = (
    NamedProtocol("mmi-6c-mid3-10fold-stride", source=f"{ED2L}; 2B; IDFERM", **MMI | STRIDE),
    NamedProtocol("mmi-6c-mid3-10fold-stride-val", source=IFGAN, **MMI | STRIDE_VAL),
    NamedProtocol("mmi-6c-first1mid3-10fold-stride", source=ADFL_MMI, **MMI | STRIDE | REFERRED),
)

OULU: dict[str, Any] = {"dataset": "oulu_casia", "scored": SIX} | LAST
OULU_PROTOCOLS = (
    NamedProtocol("oulu_casia-6c-last3-10fold-stride", source=f"{ED2L}; IDFERM", **OULU | STRIDE),
    NamedProtocol("oulu_casia-6c-last3-10fold-stride-val", source=OURS, **OULU | STRIDE_VAL),
    NamedProtocol(
        "oulu_casia-6c-first1last3-10fold-stride", source=ADFL, **OULU | STRIDE | REFERRED
    ),
)

BU3DFE: dict[str, Any] = {"dataset": "bu3dfe", "scored": SIX, "rule": "high"}
BU3DFE_PROTOCOLS = (
    NamedProtocol("bu3dfe-6c-high-10fold-stride", source=ED2L, **BU3DFE | STRIDE),
    NamedProtocol("bu3dfe-6c-high-10fold-stride-val", source=IFGAN, **BU3DFE | STRIDE_VAL),
)

STILL_PROTOCOLS = (
    NamedProtocol(
        "rafdb-7c-standard",
        "rafdb",
        own=OwnSplit(held=0.1, drop_copies=True),
        source="IF-GAN, experiments: the standard split; the held-out share is ours",
        **OWN,
    ),
    NamedProtocol(
        "sfew-7c-trainval",
        "sfew",
        own=OwnSplit(tested="validation", held=0.1, drop_copies=True),
        source="2B(N+M) Softmax, experiments: tested on SFEW's validation set; selection is ours",
        **OWN,
    ),
    NamedProtocol(
        "fer2013-7c-standard",
        "fer2013",
        own=OwnSplit(held=0.1, drop_copies=True),
        source="2B, IDFERM, ED2L pre-train on it: PublicTest validates, PrivateTest is tested",
        **OWN,
    ),
    NamedProtocol(
        "jaffe-7c-loso-val", "jaffe", "loso", validation=True, scored=SIX_AND_NEUTRAL, source=OURS
    ),
    NamedProtocol(
        "jaffe-7c-loso",
        "jaffe",
        "loso",
        scored=SIX_AND_NEUTRAL,
        source="usual on JAFFE: each of the ten subjects left out in turn",
    ),
    NamedProtocol(
        "kdef-7c-10fold-stride-val",
        "kdef",
        scored=SIX_AND_NEUTRAL,
        only=("view", 0),
        source=OURS,
        **STRIDE_VAL,
    ),
    NamedProtocol(
        "multipie-4c-10fold-stride-val", "multipie", scored=PRETRAINING, source=OURS, **STRIDE_VAL
    ),
)

PROTOCOLS: tuple[NamedProtocol, ...] = (
    *SIMFACES,
    *CKPLUS_PROTOCOLS,
    *MMI_PROTOCOLS,
    *OULU_PROTOCOLS,
    *BU3DFE_PROTOCOLS,
    *STILL_PROTOCOLS,
)
