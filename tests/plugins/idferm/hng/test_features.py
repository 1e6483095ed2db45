"""Where phi and psi come from: a file, the corpus's people, or nowhere."""

import hashlib
from pathlib import Path

import pytest
import torch
from ferbench_idferm.hng.features import feature_networks
from ferbench_idferm.hng.identities import phi, psi
from ferbench_idferm.hng.stages import PHI, PSI, generator_stages

from ferbench.contracts.faces import TrainingFaces
from ferbench.errors import UsageError
from ferbench.nets.light_cnn import LightCNN
from ferbench.nets.vgg_face import VggFace

TORCHVISION = {"1_1": 0, "1_2": 2, "2_1": 5, "2_2": 7, "3_1": 10}


def stored(path: Path, weights: dict[str, torch.Tensor]) -> dict[str, str]:
    torch.save(weights, path)
    return {"weights": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def settings(name: str, file: dict[str, str]) -> dict[str, str]:
    return {f"{name}_{key}": value for key, value in file.items()}


def vgg(names) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    own = VggFace().state_dict()
    return {
        f"{names(layer)}.{kind}": own[f"layers.conv{layer}.{kind}"]
        for layer in TORCHVISION
        for kind in ("weight", "bias")
    }


def test_both_may_be_given_and_are_then_not_trained(tmp_path, small, new_run) -> None:
    torch.manual_seed(2)
    light = LightCNN().state_dict()
    named = {name.replace("convolutions.", "conv"): value for name, value in light.items()}
    renamed = {
        f"conv{int(name[4]) + 1}{name[5:]}" if name.startswith("conv") else name: value
        for name, value in named.items()
    }
    config = small(
        **settings("phi", stored(tmp_path / "phi.pt", vgg(lambda layer: f"conv{layer}"))),
        **settings("psi", stored(tmp_path / "psi.pt", renamed)),
        psi_side=128,
    )
    assert [stage.name for stage in generator_stages(config)] == ["hng"]
    found = feature_networks(config, new_run())
    assert found.source["phi"] == f"given, SHA-256 {config.phi_sha256[:12]}"
    for name, value in light.items():
        assert torch.equal(found.psi.state_dict()[name], value), name
    mean = torch.tensor([129.1863, 104.7624, 93.5940])
    torch.testing.assert_close(found.phi.mean.flatten(), mean)
    for network in (found.phi, found.psi):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())


def test_torchvision_names_are_understood(tmp_path, small, new_run) -> None:
    weights = vgg(lambda layer: f"features.{TORCHVISION[layer]}")
    extra = {"features.12.weight": torch.zeros(1), "classifier.0.weight": torch.zeros(1)}
    file = settings("phi", stored(tmp_path / "vgg16.pt", {**weights, **extra}))
    config = small(variant="no-id", phi_input="imagenet", **file)
    found = feature_networks(config, new_run())
    assert torch.equal(found.phi.layers.conv3_1.bias, weights["features.10.bias"])
    assert found.phi.mean[0].item() == pytest.approx(123.675)
    assert (found.psi, found.source["psi"]) == (None, "off")


@pytest.mark.parametrize("flaw", ["hash", "absent", "layer", "shape", "pickle"])
def test_a_file_that_is_not_the_network_is_refused(tmp_path, small, new_run, flaw) -> None:
    path, weights = tmp_path / "phi.pt", vgg(lambda layer: f"conv{layer}")
    if flaw == "layer":
        del weights["conv2_2.weight"]
    if flaw == "shape":
        weights["conv2_2.weight"] = torch.zeros(128, 64, 3, 3)
    file = stored(path, {**weights, "x": path} if flaw == "pickle" else weights)
    if flaw == "hash":
        file["sha256"] = "0" * 64
    if flaw == "absent":
        path.unlink()
    config = small(variant="no-id", **settings("phi", file))
    expected = {
        "hash": "has SHA-256 .* not 000000000000...: it was not opened",
        "absent": "phi.pt do not exist",
        "layer": r"has no conv2_2.weight or features.7.weight of shape \(128, 128, 3, 3\)",
        "shape": r"has no conv2_2.weight or features.7.weight of shape \(128, 128, 3, 3\)",
        "pickle": "holds more than weights",
    }
    with pytest.raises(UsageError, match=expected[flaw]):
        feature_networks(config, new_run())


def test_a_file_without_a_checksum_is_refused(small) -> None:
    with pytest.raises(UsageError, match="phi_weights names a file and phi_sha256 no checksum"):
        small(phi_weights="phi.pt")


def test_else_both_are_trained_to_tell_people_apart(small, new_run, faces) -> None:
    """Levels 0 to 7 for person 0 and 1 in turn: after some epochs they are told apart."""
    config = small(phi_divisor=16, psi_divisor=16, feature_epochs=1, batch=8)
    data = faces([0, 1] * 4, [0] * 8, [0] * 8)
    assert len(data) == 8
    stages = {stage.name: stage for stage in generator_stages(config)}
    assert list(stages) == [PHI, PSI, "hng"]
    assert stages["hng"].after == (PHI, PSI)
    states = {}
    for name, factory in ((PHI, phi), (PSI, psi)):
        run = new_run()
        states[name] = factory(stages[name].config, data, run)
        assert states[name]["people"] == 2
        assert {"loss", "accuracy"} <= set(run.progress.curve[-1])
    found = feature_networks(config, new_run(states))
    assert found.source == {"phi": "trained on 2 people", "psi": "trained on 2 people"}
    assert torch.equal(
        found.phi.layers.conv3_1.bias,
        torch.as_tensor(states[PHI]["network"]["layers.conv3_1.bias"]),
    )


def test_training_them_learns(small, new_run, faces) -> None:
    """Two people, dark and bright."""
    config = {"divisor": 16, "epochs": 20, "images": 0, "batch": 8, "lr": 1e-2}
    data = faces([int(level >= 100) for level in range(200)], [0] * 200, [0] * 200)
    few = data.part([*range(20), *range(180, 200)])
    for factory, own in ((phi, {}), (psi, {"side": 64, "dropout": 0.5})):
        run = new_run()
        factory({**config, **own}, few, run)
        assert run.progress.curve[-1]["accuracy"] > 0.9


def test_of_a_training_fold_the_neutral_references_count_as_well(new_run, faces) -> None:
    config = {"divisor": 16, "epochs": 1, "images": 0, "batch": 8, "lr": 1e-3}
    train = faces([3, 5], [0, 1], [0, 0], ("anger",))
    neutral = faces([5, 8], [0, 1], [0, 0], ("neutral",))
    run = new_run()
    assert phi(config, TrainingFaces(train=train, neutral=neutral), run)["people"] == 3
    assert run.progress.input_passes == 4


@pytest.mark.parametrize("subject", [None, [4, 4]])
def test_without_two_people_the_loss_is_off(small, new_run, faces, subject) -> None:
    config = small()
    data = TrainingFaces(train=faces(subject, [0, 1], [0, 0], ("anger",)))
    specs = generator_stages(config)
    states = {
        spec.name: factory(spec.config, data, new_run())
        for spec, factory in zip(specs, (phi, psi), strict=False)
    }
    found = feature_networks(config, new_run(states))
    assert (found.phi, found.psi) == (None, None)
    assert found.source == {"phi": "off", "psi": "off"}


@pytest.mark.parametrize(
    ("own", "names"),
    [
        ({"variant": "no-id"}, [PHI, "hng"]),
        ({"variant": "no-feat"}, [PSI, "hng"]),
        ({"variant": "ae-only"}, ["hng"]),
        ({"alpha1": 0.0}, [PHI, "hng"]),
    ],
)
def test_a_network_that_no_loss_needs_is_not_trained(small, own, names) -> None:
    assert [stage.name for stage in generator_stages(small(**own))] == names
