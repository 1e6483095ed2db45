"""`ferbench info`: all about one method, dataset or protocol."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ferbench.cli import options

if TYPE_CHECKING:
    from ferbench.host import Registry
    from ferbench.settings import Settings

ScoredBy = Annotated[
    str | None,
    typer.Option("--protocol", help="Of a method: whose classes. Default: seven expressions."),
]


def info(
    name: Annotated[str, typer.Argument(help="A method, a dataset or a protocol.")],
    preset: options.Preset = "lite",
    protocol: ScoredBy = None,
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    json: options.Json = False,
) -> None:
    """Show the size, cost and fidelity of a method; the state of a dataset; a protocol's facts."""
    from ferbench.host import not_registered
    from ferbench.protocols.named import parse_generic
    from ferbench.settings import read_settings

    settings = read_settings(set_, plugins_dir)
    registry = options.plugins(settings, name, protocol)
    if name in registry.methods:
        facts = _method(name, preset, protocol, registry, settings)
    elif name in registry.datasets:
        facts = _dataset(name, registry, settings)
    elif name in registry.protocols or parse_generic(name):
        facts = _protocol(name, registry, settings)
    else:
        known = [*registry.methods, *registry.datasets, *registry.protocols]
        raise not_registered("method, dataset or protocol", name, known)
    if json:
        options.print_json(facts)
        return
    for key, value in facts.items():
        for line in value if isinstance(value, list) else [value]:
            typer.echo(f"{key:22} {'-' if line is None else line}")


def _method(
    name: str, preset: str, protocol: str | None, registry: "Registry", settings: "Settings"
) -> dict[str, Any]:
    from ferbench.contracts.method import Task
    from ferbench.errors import unknown
    from ferbench.grid.plan import method_config
    from ferbench.grid.source import source_hash
    from ferbench.loading import load_object
    from ferbench.protocols.named import SEVEN_EXPRESSIVE, parse_generic
    from ferbench.settings import plain

    spec = registry.method(name)
    if preset not in spec.presets:
        raise unknown(f"preset of {name}", preset, spec.presets)
    classes = SEVEN_EXPRESSIVE
    if protocol is not None:
        if protocol not in registry.protocols and not parse_generic(protocol):
            raise unknown("protocol", protocol, registry.protocols)
        classes = getattr(registry.protocols.get(protocol), "scored", None) or classes
    config = method_config(spec, preset, settings)
    inputs = spec.inputs[preset]
    shapes = {input_name: preparation.shape for input_name, preparation in inputs.items()}
    cost = load_object(spec.factory)(config, Task(classes, shapes)).cost()
    return {
        "name": name,
        "summary": spec.summary,
        "paper": spec.paper,
        "fidelity": spec.fidelity.level,
        "deviations": list(spec.fidelity.deviations),
        "preset": preset,
        "classes": len(classes),
        "parameters": cost.parameters,
        "macs": cost.macs,
        "comparisons_per_batch": cost.comparisons,
        "inputs": [f"{key} {p.height}x{p.width} {p.colour}" for key, p in inputs.items()],
        "needs": sorted(spec.needs),
        "placebo_of": spec.placebo_of,
        "baseline": spec.baseline,
        "config": plain(config),
        "plugin": registry.owner["methods", name].distribution,
        "source_hash": source_hash(spec.factory.partition(":")[0]),
    }


def _dataset(name: str, registry: "Registry", settings: "Settings") -> dict[str, Any]:
    from dataclasses import asdict

    from ferbench.grid.corpus import open_dataset

    spec = registry.dataset(name)
    dataset, config = open_dataset(spec, settings.datasets.get(name, {}))
    return {
        "name": name,
        "summary": spec.summary,
        "licence": spec.licence,
        "source": spec.source,
        "leaderboard_protocol": spec.protocol,
        "config": config,
        **asdict(dataset.availability()),
    }


def _protocol(name: str, registry: "Registry", settings: "Settings") -> dict[str, Any]:
    from ferbench.contracts.dataset import Available
    from ferbench.errors import UsageError
    from ferbench.grid.certifying import certified
    from ferbench.grid.corpus import open_corpus, open_dataset
    from ferbench.protocols.named import find
    from ferbench.protocols.split import cut

    owner = getattr(registry.protocols.get(name), "dataset", None)
    facts: dict[str, Any] = {"name": name, "dataset": owner}
    datasets = [owner] if owner else list(settings.datasets)
    for dataset in datasets:
        protocol = find(name, dataset, registry.protocols)
        facts["facts"] = protocol.facts
        overrides = settings.datasets.get(dataset, {})
        opened, _ = open_dataset(registry.dataset(dataset), overrides)
        if isinstance(opened.availability(), Available):
            try:
                corpus = open_corpus(registry.dataset(dataset), overrides)
                split = certified(corpus, cut(protocol, corpus.index), settings.cache)
            except UsageError as error:
                facts[f"certificate on {dataset}"] = [str(error)]
                continue
            lines = split.certificate.lines()
            if split.certificate.near_duplicates is None:
                command = f"ferbench data prepare --datasets {dataset} --protocol {name}"
                lines.append(f"to look for them: {command} (with the same settings), or a run")
            facts[f"certificate on {dataset}"] = lines
    if "facts" not in facts:
        facts["facts"] = find(name, "", registry.protocols).facts
    return facts
