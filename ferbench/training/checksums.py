"""A file of weights in a configuration comes with its checksum; importable without torch."""

from ferbench.errors import UsageError


def require_checksum(weights: str, file: str, sha256: str, setting: str) -> None:
    """Refuse a `file` of the setting `weights` whose checksum `setting` does not say."""
    if file and not sha256:
        raise UsageError(
            f"{weights} names a file and {setting} no checksum: set it to what "
            "`sha256sum` says of the file"
        )
