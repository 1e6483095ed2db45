"""The `lbp-svm` baseline: histograms of local binary patterns and a linear SVM."""

import numpy as np
from scipy.special import expit
from skimage.feature import local_binary_pattern
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, Predictions, TrainingFaces
from ferbench.contracts.method import Cost, State, Task
from ferbench.contracts.run import BatchShape, RunContext
from ferbench_baselines.config import LbpSvmConfig

NEIGHBOURS = 8
PATTERNS = NEIGHBOURS * (NEIGHBOURS - 1) + 3
"""Uniform patterns of 8 neighbours, 58, and one bin for all others."""


class LbpSvm:
    """Uniform LBP histograms on a grid of cells, square-root map, one-against-rest linear SVM.

    The square root makes the dot product the Bhattacharyya kernel, a stand-in for chi-square.
    Probabilities: a sigmoid on each class's decision value, fitted on the training faces, then
    normalised over the classes.
    """

    def __init__(self, config: LbpSvmConfig, task: Task) -> None:
        self.config = config
        self.colour = task.inputs[DEFAULT_INPUT][2] == 3
        self.classes = len(task.classes)
        self.fitted: dict[str, np.ndarray] = {}

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """One pass: features, SVM, sigmoids. Classes without training faces get probability 0."""
        with run.phase("features"):
            features = self._features(data.train.images())
        labels = data.train.expression
        run.batch(BatchShape(images=len(labels)))
        coefficients = np.zeros((self.classes, features.shape[1]))
        intercepts, slopes = np.zeros(self.classes), np.zeros(self.classes)
        offsets = np.full(self.classes, -np.inf)
        for label in np.unique(labels):
            target = labels == label
            machine = LinearSVC(C=self.config.penalty, random_state=run.seed("svm"), dual=True)
            machine.fit(features, target)
            coefficients[label], intercepts[label] = machine.coef_[0], machine.intercept_[0]
            decision = machine.decision_function(features)[:, None]
            sigmoid = LogisticRegression().fit(decision, target)
            slopes[label], offsets[label] = sigmoid.coef_[0, 0], sigmoid.intercept_[0]
        self.fitted = {
            "coefficients": coefficients,
            "intercepts": intercepts,
            "slopes": slopes,
            "offsets": offsets,
        }

    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """Normalised sigmoid probabilities, and the mapped histograms."""
        features = self._features(faces.images())
        decision = features @ self.fitted["coefficients"].T + self.fitted["intercepts"]
        sigmoid = expit(self.fitted["slopes"] * decision + self.fitted["offsets"])
        return Predictions(sigmoid / sigmoid.sum(axis=1, keepdims=True), features)

    def state(self) -> State:
        """The SVMs and sigmoids."""
        return dict(self.fitted)

    def load_state(self, state: State) -> None:
        """Take over the SVMs and sigmoids."""
        self.fitted = dict(state)

    def cost(self) -> Cost:
        """Not a network."""
        return Cost(parameters=None, macs=None)

    def expected_comparisons(self, batch: BatchShape) -> int | None:
        """Compares no distances."""
        return None

    def _features(self, images: np.ndarray) -> np.ndarray:
        """(N, H, W, C) uint8 -> (N, radii * rows * columns * PATTERNS) float64."""
        grey = images.mean(axis=3).astype(np.uint8) if self.colour else images[..., 0]
        return np.stack([self._describe(image) for image in grey])

    def _describe(self, image: np.ndarray) -> np.ndarray:
        parts = []
        for radius in self.config.radii:
            codes = local_binary_pattern(image, NEIGHBOURS, radius, method="nri_uniform")
            for band in np.array_split(codes.astype(np.int64), self.config.rows, axis=0):
                for cell in np.array_split(band, self.config.columns, axis=1):
                    counts = np.bincount(cell.ravel(), minlength=PATTERNS)
                    parts.append(np.sqrt(counts / cell.size))
        return np.concatenate(parts)
