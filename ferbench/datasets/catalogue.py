"""The corpora that ferbench reads from a folder, as registered."""

from ferbench.contracts.dataset import DatasetSpec
from ferbench.datasets.bu3dfe import BU3DFEConfig
from ferbench.datasets.ckplus import CKPlusConfig
from ferbench.datasets.fer2013 import FER2013Config
from ferbench.datasets.jaffe import JAFFEConfig
from ferbench.datasets.kdef import KDEFConfig
from ferbench.datasets.manifest import ManifestConfig
from ferbench.datasets.mmi import MMIConfig
from ferbench.datasets.multipie import MultiPIEConfig
from ferbench.datasets.oulu_casia import OuluCasiaConfig
from ferbench.datasets.pairs import PairsConfig
from ferbench.datasets.rafdb import RAFDBConfig
from ferbench.datasets.sfew import SFEWConfig

RESEARCH = "research only, by agreement with its owners"

CATALOGUE: tuple[DatasetSpec, ...] = (
    DatasetSpec(
        name="manifest",
        summary="any folder of images with a manifest.csv",
        factory="ferbench.datasets.manifest:Manifest",
        config=ManifestConfig,
        protocol="kfold:5-val",
        licence="that of the images",
    ),
    DatasetSpec(
        name="ckplus",
        summary="CK+: posed sequences from neutral to the peak, 7 expressions with contempt",
        factory="ferbench.datasets.ckplus:CKPlus",
        config=CKPlusConfig,
        protocol="ckplus-7c-last3-10fold-stride-val",
        licence=RESEARCH,
        source="http://www.jeffcohn.net/Resources",
    ),
    DatasetSpec(
        name="mmi",
        summary="MMI: videos from neutral to the apex and back, 6 expressions",
        factory="ferbench.datasets.mmi:MMI",
        config=MMIConfig,
        protocol="mmi-6c-mid3-10fold-stride-val",
        licence=RESEARCH,
        source="https://mmifacedb.eu",
    ),
    DatasetSpec(
        name="oulu_casia",
        summary="Oulu-CASIA: sequences from neutral to the peak, 6 expressions, visible light",
        factory="ferbench.datasets.oulu_casia:OuluCasia",
        config=OuluCasiaConfig,
        protocol="oulu_casia-6c-last3-10fold-stride-val",
        licence=RESEARCH,
    ),
    DatasetSpec(
        name="bu3dfe",
        summary="BU-3DFE: textures of 3D scans, 6 expressions at 4 intensities",
        factory="ferbench.datasets.bu3dfe:BU3DFE",
        config=BU3DFEConfig,
        protocol="bu3dfe-6c-high-10fold-stride-val",
        licence=RESEARCH,
    ),
    DatasetSpec(
        name="rafdb",
        summary="RAF-DB: photographs from the web, 7 basic expressions, no subject ids",
        factory="ferbench.datasets.rafdb:RAFDB",
        config=RAFDBConfig,
        protocol="rafdb-7c-standard",
        framed=True,
        licence=RESEARCH,
        source="http://www.whdeng.cn/RAF/model1.html",
    ),
    DatasetSpec(
        name="sfew",
        summary="SFEW 2.0: stills of films, 7 expressions, no subject ids",
        factory="ferbench.datasets.sfew:SFEW",
        config=SFEWConfig,
        protocol="sfew-7c-trainval",
        framed=True,
        licence=RESEARCH,
        source="https://cs.anu.edu.au/few",
    ),
    DatasetSpec(
        name="fer2013",
        summary="FER2013: 48x48 grey faces from the web, 7 expressions, or FERPlus labels",
        factory="ferbench.datasets.fer2013:FER2013",
        config=FER2013Config,
        protocol="fer2013-7c-standard",
        framed=True,
        licence="that of the Kaggle challenge; FERPlus labels: MIT",
        source="https://github.com/microsoft/FERPlus",
    ),
    DatasetSpec(
        name="multipie",
        summary="Multi-PIE: five views, many lights; neutral, happiness, surprise, disgust",
        factory="ferbench.datasets.multipie:MultiPIE",
        config=MultiPIEConfig,
        protocol="multipie-4c-10fold-stride-val",
        licence="commercial, by CMU",
        source="http://www.multipie.org",
    ),
    DatasetSpec(
        name="pairs",
        summary="pairs of a face and its person's neutral face, for generators",
        factory="ferbench.datasets.pairs:Pairs",
        config=PairsConfig,
        protocol="kfold:5-val",
        licence="that of the images",
    ),
    DatasetSpec(
        name="jaffe",
        summary="JAFFE: posed stills of 10 women, 7 expressions",
        factory="ferbench.datasets.jaffe:JAFFE",
        config=JAFFEConfig,
        protocol="jaffe-7c-loso-val",
        licence=RESEARCH,
        source="https://zenodo.org/records/3451524",
    ),
    DatasetSpec(
        name="kdef",
        summary="KDEF: posed stills of 70 people in 5 poses, 7 expressions",
        factory="ferbench.datasets.kdef:KDEF",
        config=KDEFConfig,
        protocol="kdef-7c-10fold-stride-val",
        licence=RESEARCH,
        source="https://www.kdef.se",
    ),
)
