"""The tuplet clusters and radial losses beside triplets and the network they train, one thread.

`pytest benchmarks/test_losses.py --benchmark-enable`. Ratios of one run: `test_tuplet_clusters` to
`test_all_triplets` (at most 1/6 wanted) and to `test_paper_step` (at most 1/20), and `test_radial`
to `test_all_triplets` (at most 1/4). The tuplet clusters loss's own two parts,
`test_projection` and `test_comparison`, are apart, since a larger feature costs the first more.
Times are of the process's CPU, so that other work on the machine weighs less.
"""

from time import process_time

import pytest
import torch
from pytorch_metric_learning.losses import TripletMarginLoss

from ferbench.losses.mining import mine_positives
from ferbench.losses.radial import AdaptiveThreshold, RadialLoss
from ferbench.losses.triplet import TripletLoss
from ferbench.losses.tuplet_clusters import TupletClustersLoss
from ferbench.losses.tuplets import Tuplets, take
from ferbench.nets.inception import InceptionTrunk

QUERIES, EACH, FEATURES = 12, 6, 256
IMAGES = QUERIES * 2 * EACH
ROUNDS = {"rounds": 30, "iterations": 5, "warmup_rounds": 3}


@pytest.fixture
def features():
    torch.manual_seed(0)
    return torch.randn(IMAGES, FEATURES, requires_grad=True)


@pytest.fixture
def labels():
    """Seven expressions among the images of a batch: 355,000 triplets."""
    return torch.arange(IMAGES) % 7


@pytest.mark.benchmark(group=f"a loss, {IMAGES} x {FEATURES}", timer=process_time)
class TestLosses:
    def test_tuplet_clusters(self, benchmark, features):
        loss, tuplets = TupletClustersLoss(FEATURES), Tuplets.blocks(QUERIES, EACH, EACH)
        benchmark.pedantic(lambda: loss(features, tuplets).backward(), **ROUNDS)

    def test_radial(self, benchmark, features, labels):
        """As many references again, the learned H, and the centres of seven expressions."""
        loss = RadialLoss(AdaptiveThreshold(FEATURES), 7, FEATURES)
        references = torch.randn(IMAGES, FEATURES, requires_grad=True)
        benchmark.pedantic(lambda: loss(features, references, labels).backward(), **ROUNDS)

    def test_projection(self, benchmark, features):
        """L_A of every image and centre, L_B^T L_B of the centres."""
        similarity = TupletClustersLoss(FEATURES).similarity
        centres = torch.randn(QUERIES, FEATURES, requires_grad=True)

        def project() -> None:
            own = similarity.own(torch.cat([features, centres]))
            (own.sum() + similarity.relate(centres).sum()).backward()

        benchmark.pedantic(project, **ROUNDS)

    def test_comparison(self, benchmark, features):
        """Gathering, mining, the products and the hinges, with projections at hand."""
        tuplets = Tuplets.blocks(QUERIES, EACH, EACH)
        rows = tuplets.members
        own = torch.randn(IMAGES, requires_grad=True)
        related = torch.randn(QUERIES, FEATURES, requires_grad=True)

        def compare() -> None:
            members = take(features, rows)
            mined = mine_positives(members, EACH)
            products = torch.bmm(members, (related + mined.centre).unsqueeze(-1)).squeeze(-1)
            h = 2 + take(own, rows) + products
            pull = (1 - h[:, :EACH]).relu().where(mined.kept, 0.0).sum(1)
            push = (1 + h[:, EACH:]).relu().sum(1)
            ((pull + push) / (EACH + mined.kept.sum(1))).mean().backward()

        benchmark.pedantic(compare, **ROUNDS)

    def test_all_triplets(self, benchmark, features, labels):
        """As the library ships it."""
        loss = TripletMarginLoss()
        benchmark.pedantic(lambda: loss(features, labels).backward(), **ROUNDS)

    def test_all_triplets_counted(self, benchmark, features, labels):
        """Our wrapper: what counting adds."""
        loss = TripletLoss("all")
        benchmark.pedantic(lambda: loss(features, labels).backward(), **ROUNDS)


@pytest.mark.benchmark(group="a step of preset paper", timer=process_time)
class TestStep:
    def test_paper_step(self, benchmark):
        """The trunk alone at full width, forward and backward: less than a whole step."""
        torch.manual_seed(0)
        trunk = InceptionTrunk().to(memory_format=torch.channels_last)
        images = torch.randn(IMAGES, 1, 48, 48).contiguous(memory_format=torch.channels_last)
        benchmark.pedantic(lambda: trunk(images).sum().backward(), rounds=6, warmup_rounds=1)
