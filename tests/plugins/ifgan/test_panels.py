"""The columns of IF-GAN's figures: what is drawn is what the networks make."""

import numpy as np
import torch
from ferbench_ifgan.panels import DOT, POINTS, transfer, transfer_and_attention
from torch import nn


def levels(faces: torch.Tensor) -> np.ndarray:
    pictures = (faces * 128 + 127.5).round().clamp(0, 255)
    return pictures.permute(0, 2, 3, 1).detach().numpy().astype(np.uint8)


def test_input_generated_and_average_face(make_toy, new_run, methods):
    toy, run = make_toy(channels=3), new_run()
    method = methods.built("ifgan-noattention", toy.task)
    method.network.averages.copy_(torch.rand(3, 3, 32, 32))
    faces = toy.test.only(np.arange(4))
    seen, made, average = transfer(method, faces, run)
    assert np.array_equal(seen.pictures, faces.images()[:, 8:40, 8:40])
    x = (torch.from_numpy(seen.pictures).permute(0, 3, 1, 2).float() - 127.5) / 128
    with torch.no_grad():
        expected = method.network.eval().generator(x)
    assert np.abs(made.pictures.astype(int) - levels(expected)).max() <= 1
    guessed = method.predict(faces, run).probabilities.argmax(1)
    assert np.array_equal(average.pictures, levels(method.network.averages[guessed]))
    assert seen.heat is made.heat is average.heat is None


def test_attention_rows_of_three_points(make_toy, new_run, methods):
    toy, run = make_toy(channels=3), new_run()
    method = methods.built("ifgan", toy.task)
    module = method.network.generator.on_decoder
    nn.init.normal_(module.query.weight)
    nn.init.normal_(module.key.weight)
    for norm in method.network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = 1.0
    method.network.train().generator(method.view.centre(toy.test.images(), run.device))
    given = []
    module.register_forward_pre_hook(lambda _, x: given.append(x[0]))
    _, made, _, *columns = transfer_and_attention(method, toy.test.only(np.arange(2)), run)
    assert [panel.title.split()[-1] for panel in columns] == list(POINTS)
    maps = given[0]
    assert maps.shape[2:] == (8, 8)
    q, k = module.query(maps).flatten(2), module.key(maps).flatten(2)
    for panel, (at_x, at_y) in zip(columns, POINTS.values(), strict=True):
        place = int(at_y * 8) * 8 + int(at_x * 8)
        row = torch.einsum("nc,ncl->nl", q[:, :, place], k).softmax(1)
        assert panel.heat.shape == (2, 32, 32)
        assert panel.heat.min() >= 0
        assert panel.heat.max() <= 1
        for heat, weights in zip(panel.heat, row.detach(), strict=True):
            y, x = divmod(int(weights.argmax()), 8)
            assert heat[4 * y + 1 : 4 * y + 3, 4 * x + 1 : 4 * x + 3].mean() > heat.mean()
        y, x = int(at_y * 32), int(at_x * 32)
        assert tuple(panel.pictures[0, y, x]) == DOT
        changed = (panel.pictures[0] != made.pictures[0]).any(-1)
        assert changed.sum() <= 4
