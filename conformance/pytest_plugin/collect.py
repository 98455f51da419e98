"""Specs -> pytest's tree: a file, in it the resources, in each the checks. It contacts no server.

Node ids are given, not made from paths: `specs/if-none-match.yaml::items::inm-current-is-304` in
every folder, also where the specs lie in site-packages.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.errors import UsageError, coded
from conformance.load.folder import specs_folder
from conformance.model import LEVELS, NOWHERE, TIERS, Level, Run
from conformance.model.order import level_at
from conformance.plan.choosing import chosen, topic
from conformance.plan.lanes import PHASES, Plan, plan
from conformance.pytest_plugin.answers import Answer
from conformance.pytest_plugin.settings import Settings, header

_PREFIX: Final = "conformance_"


def marker(word: str) -> str:
    """The marker for a level, a tier or a topic: MUST -> conformance_must."""
    return _PREFIX + re.sub(r"\W", "_", word.lower())


def register_markers(config: pytest.Config, settings: Settings) -> None:
    """Register what the items are marked with, for `-m` and `--strict-markers`."""
    for level in LEVELS:
        config.addinivalue_line("markers", f"{marker(level)}: a check of level {level}")
    for tier in TIERS:
        config.addinivalue_line("markers", f"{marker(tier)}: a check of the tier {tier}")
    for file in settings.suite.files:
        config.addinivalue_line("markers", f"{marker(topic(file.name))}: a check of {file.name}")


class Collection:
    """The hooks that make items of specs."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._folder = specs_folder()
        names = (file.name for file in settings.suite.files if file.name not in settings.own.values())
        self._names = {self._folder / name.rpartition("/")[2]: name for name in names} | dict(settings.own)

    def pytest_report_header(self) -> str:
        """What this run is about."""
        return header(self._settings)

    @functools.cached_property
    def _plan(self) -> Plan:
        made = self._settings
        return plan(made.suite, made.target, made.tier, explored=made.explored)

    @functools.cached_property
    def _runs(self) -> Mapping[str, list[Run]]:
        runs: dict[str, list[Run]] = {}
        for run in self._plan.runs:
            if run.id in self._settings.secret:  # judged, and shown by nobody: see `Conductor.select`
                continue
            runs.setdefault(run.id.partition("::")[0], []).append(run)
        return runs

    @functools.cached_property
    def _ways(self) -> frozenset[Path]:
        """Folders on the way to the specs that no other argument goes through."""
        here = self._config.invocation_params.dir
        paths = [here / str(arg).partition("::")[0] for arg in self._config.args]
        others = [p for p in paths if p != self._folder and self._folder not in p.parents]
        kept = {parent for p in others for parent in (p.resolve(), *p.resolve().parents)}
        return frozenset(set(self._folder.parents) - kept)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Go straight to the specs: on the way there may be all of site-packages."""
        if path == self._folder:
            files = [each for each in self._names if each.parent == path]
            return _folder(parent, path, files)
        if path not in self._ways:
            return None
        return _folder(parent, path, [p for p in (self._folder, *self._folder.parents) if p.parent == path])

    def _level(self, run: Run) -> Level:
        return level_at(run.check, self._settings.target, self._settings.tier)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Take the spec files, and no other YAML."""
        name = self._names.get(file_path) or self._names.get(file_path.resolve())
        if name is None:
            return None
        runs = self._runs.get(name, [])
        file: SpecFile = SpecFile.from_parent(
            parent, path=file_path, nodeid=name, runs=runs, level=self._level
        )
        return file

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What is judged before any TTL is waited for comes first, so that -x and a person see it at once.

        What nobody has asked for is left out.
        """
        self._leave_out(items)
        places = [i for i, item in enumerate(items) if isinstance(item, CheckItem)]
        late = {r.id for phase in self._plan.phases[PHASES.index("wait") :] for lane in phase for r in lane}
        ours = sorted((items[i] for i in places), key=lambda item: item.nodeid in late)
        for place, item in zip(places, ours, strict=True):
            items[place] = item

    def _leave_out(self, items: list[pytest.Item]) -> None:
        settings = self._settings
        try:
            about = settings.suite, settings.target, settings.tier
            wanted = chosen(*about, settings.only, settings.skip, explored=settings.explored)
        except UsageError as problem:
            raise pytest.UsageError(coded(problem, UsageError)) from None
        if wanted is not None:
            left = [item for item in items if isinstance(item, CheckItem) and item.run_id not in wanted]
            self._config.hook.pytest_deselected(items=left)
            gone = set(left)
            items[:] = [item for item in items if item not in gone]

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.TestReport, config: pytest.Config
    ) -> tuple[str, str, str] | None:
        """What does not apply is a number in the section of the run, and no mark for each; -rs tells all."""
        # That of a file which could not be collected is told by this hook, too, and has no properties.
        properties = getattr(report, "user_properties", ())
        applies = ("verdict", "not-applicable") not in map(tuple, properties)
        if applies or not report.skipped or set("sa") & set(config.getoption("reportchars")):
            return None
        return "", "", "NOT APPLICABLE"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """See `CheckItem.locate`."""
        report = yield
        if isinstance(item, CheckItem) and report.failed:
            item.locate(report)
        return report


def _folder(parent: pytest.Collector, path: Path, entries: list[Path]) -> Folder:
    name = path.name or str(path)
    node: Folder = Folder.from_parent(parent, name=name, path=path, nodeid=name, entries=entries)
    return node


class Folder(pytest.Collector):
    """A folder of which only some entries matter. No pytest.Directory, or its conftest.py were loaded."""

    def __init__(self, *, entries: list[Path], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._entries = entries

    def collect(self) -> Iterator[pytest.Collector]:
        """What is made of the entries."""
        hook = self.config.hook
        for path in self._entries:
            if path.is_dir():
                found = hook.pytest_collect_directory(path=path, parent=self)
                yield from [found] if found is not None else []
            else:
                yield from hook.pytest_collect_file(file_path=path, parent=self)


class SpecFile(pytest.File):
    """One file of specs/."""

    def __init__(self, *, runs: list[Run], level: Callable[[Run], Level], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._runs = runs
        self._level = level

    def collect(self) -> Iterator[pytest.Collector]:
        """The resources, in the order in which the runs first name them; those without one last."""
        names = dict.fromkeys(run.id.split("::")[1] for run in self._runs)
        for name in sorted(names, key=lambda n: n == NOWHERE):
            runs = [run for run in self._runs if run.id.split("::")[1] == name]
            yield OnResource.from_parent(self, name=name, runs=runs, level=self._level)


class OnResource(pytest.Collector):
    """The checks of one file on one resource."""

    def __init__(self, *, runs: list[Run], level: Callable[[Run], Level], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._runs = runs
        self._level = level

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each run."""
        for run in self._runs:
            yield CheckItem.from_parent(self, name=run.check.id, run=run, level=self._level(run))


class CheckItem(pytest.Item):
    """One check on one resource. `answer` is set before it runs, by whoever waits for the verdict."""

    def __init__(self, *, run: Run, level: Level, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run_id = run.id
        self.answer: Answer | None = None
        self._check = run.check
        for word in (level, run.check.tier, topic(run.check.place.file)):
            self.add_marker(marker(word))
        self.extra_keyword_matches.add(run.check.requirement.id)
        self.user_properties += [
            ("requirement", run.check.requirement.id),
            ("level", level),
            ("tier", run.check.tier),
        ]

    def take(self, answer: Answer) -> None:
        """Have the answer, before pytest sets the item up."""
        self.answer = answer
        self.user_properties[:] = [p for p in self.user_properties if p[0] not in ("verdict", "warning")]
        self.user_properties.append(("verdict", answer.verdict))
        if answer.kind == "pass" and answer.text:
            self.user_properties.append(("warning", answer.text))
        if answer.kind == "skip":
            # As a marker, pytest reports it at the check's own line rather than at one of ours.
            self.add_marker(pytest.mark.skip(reason=answer.text))

    def setup(self) -> None:
        """Stop here where there is no verdict."""
        if self.answer is None and self.config.getoption("setuponly", default=False):
            return  # nobody was to ask
        answer = self.answer or Answer("error", "nobody has asked for the verdict of this item", "error")
        if answer.kind == "skip":
            pytest.skip(answer.text)
        if answer.kind == "error":
            pytest.fail(answer.text, pytrace=False)

    def runtest(self) -> None:
        """Fail where the verdict says so."""
        if self.answer is not None and self.answer.kind == "fail":
            pytest.fail(self.answer.text, pytrace=False)

    def locate(self, report: pytest.TestReport) -> None:
        """Have a failure be where the check stands; its first line is what the short summary prints.

        Where a line has no room for that, it has the reason in brief.
        """
        crash = getattr(report.longrepr, "reprcrash", None)
        if crash is not None and self.answer is not None and self.answer.kind in ("fail", "error"):
            crash.path, crash.lineno = str(self.path), self._check.place.line
            says = self.answer.text.partition("\n")[0]
            room = shutil.get_terminal_size().columns - len(f"FAILED {report.nodeid} - ")
            crash.message = says if len(says) <= room or not self.answer.brief else self.answer.brief

    def reportinfo(self) -> tuple[Path, int, str]:
        """The check's place in its file, and the title of a failure."""
        resource = self.parent.name if self.parent is not None else ""
        return self.path, self._check.place.line - 1, f"{self.name} ({resource})"
