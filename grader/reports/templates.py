"""The pages' templates: jinja2 with autoescaping, so that no text of a student becomes markup."""

from functools import cache
from importlib.resources import files
from typing import Any


def source(package: str, name: str) -> str:
    """The text of a file that lies beside the modules of a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


@cache
def template(package: str, name: str) -> Any:
    """A template of a package, read once."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(source(package, name))
