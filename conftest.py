"""How pytest works in this repository.

`pytest --base-url URL` judges the server at URL, and runs nothing else. Plain `pytest` runs the
project's tests, and beside them the specs against the reference, started as any app is with
`--conformance-app`: its clock is moved rather than waited for, unless `--conformance-clock real` is given.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.model import Target
    from conformance.servers.specs import AppSpec

pytest_plugins = ["pytester"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Switch the plugin on where the specs are asked for."""
    if not hasattr(config.option, "conformance"):
        return  # -p no:conformance
    from conformance.load.folder import specs_folder  # noqa: PLC0415 (not needed without the plugin)
    from conformance.pytest_plugin import install  # noqa: PLC0415
    from conformance.pytest_plugin.paths import touches  # noqa: PLC0415
    from conformance.pytest_plugin.settings import base_url  # noqa: PLC0415

    if base_url(config):
        config.option.conformance = True
    elif config.option.conformance or touches(config, specs_folder()):
        install(config, stand=reference, beside=not config.option.conformance)


def reference(target: Target) -> AppSpec:
    """The reference, with the TTL that the target says."""
    from conformance.servers.specs import AppSpec  # noqa: PLC0415 (not needed without the plugin)

    try:  # here, or the server would be judged for what is missing
        import reference_impl.serve  # noqa: F401, PLC0415
        from reference_impl.settings import Settings  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise pytest.UsageError(
            f"the reference, which is judged where no server is named, needs {missing.name}: "
            "pip install '.[reference]', or name a server with --base-url"
        ) from None
    ttl = next((r.ttl for r in target.resources if r.ttl is not None), Settings.ttl)
    return AppSpec("reference_impl.app:app", Path(__file__).parent, env=Settings(ttl=ttl).to_env())
