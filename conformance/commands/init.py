"""`conformance init` behind its options: start what is to be started, propose, write, say what to do next.

It knows no option parser and no terminal; what is recognised of a server is the business of `proposing/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from conformance.commands.schema import Schema, check_named, lay
from conformance.errors import UsageError
from conformance.options.others import Proposing
from conformance.options.run import COMMAND, UNVERIFIED, Serving, options
from conformance.proposing.propose import Proposal, Wanted, propose, write
from conformance.report.safe import safe, shell
from conformance.servers.specs import AppSpec
from conformance.wire.trust import trusted

__all__ = ["initiate"]


def initiate(url: str, wanted: Proposing, serving: Serving, out: Path, *, force: bool) -> Iterator[str]:
    """Write the target file, and tell of it in lines.

    Raises:
        ConformanceError: the server can't be asked, or the file can't be written; nothing is written then.
    """
    spec = serving.spec()
    if bool(url) == (spec is not None):
        raise UsageError(
            "one server is asked: give its URL, or start it with --app main:app or --serve (and not both)"
        )
    if wanted.most < 1:
        raise UsageError(f"{wanted.most} resources are none; accepted is a number of 1 or more")
    if wanted.schema:
        check_named(out)
    if out.exists() and not force:
        raise UsageError(f"{str(out)!r} is there already: --force writes over it, --out names another")
    if not out.parent.is_dir():
        raise UsageError(f"{str(out)!r} can't be written: there is no folder {str(out.parent)!r}")
    verify = trusted(wanted.ca, insecure=wanted.insecure)
    command = f"conformance run {_where(url, serving, wanted)} --target {shell(str(out))} --tier full"
    asked = Wanted(
        openapi=wanted.openapi,
        paths=tuple(wanted.paths),
        headers=tuple(wanted.headers),
        base=wanted.base_path,
        most=wanted.most,
        verify=verify,
        command=command,
    )
    if spec is None:
        made = propose(url, asked)
    else:
        from conformance.servers.server import start  # noqa: PLC0415 (psutil, and a URL needs none)

        with start(spec) as server:
            moves = isinstance(spec, AppSpec) and server.moves
            made = propose(
                server.url,
                replace(asked, move=server.move if moves else None, about=serving.app or serving.serve or ""),
            )
    write(out, made.text, force=force)
    laid = list(lay(Schema.TARGET, out)) if wanted.schema else []
    if wanted.insecure:
        yield f"note:  {UNVERIFIED}"
    yield from laid
    yield from _told(made, out, command)


def _told(made: Proposal, out: Path, command: str) -> Iterator[str]:
    count = len(made.resources)
    names = ", ".join(made.resources)
    left = f"; {made.left} {'route' if made.left == 1 else 'routes'} left out, and why" if made.left else ""
    yield safe(
        f"{out}: {count} {'resource' if count == 1 else 'resources'} ({names}){left}; {made.asked} GETs"
    )
    for variable in made.unset:
        yield f"first: export {variable}=...   (a credential is not written into the file)"
    yield f"next:  {command}"


def _where(url: str, serving: Serving, wanted: Proposing) -> str:
    """The options that name the same server for a run."""
    words = [shell(url)] if url else []
    for each in options(Serving):
        value = getattr(serving, each.field)
        if value == each.default or not value:
            continue
        given = value if each.repeatable else [value]
        for one in (str(v).partition("=")[0] if each.field == "env" else v for v in given):  # no secret
            words += [each.flag(COMMAND)] if each.kind is bool else [each.flag(COMMAND), shell(str(one))]
    if wanted.ca is not None:
        words += ["--ca", shell(str(wanted.ca))]
    if wanted.insecure:
        words.append("--insecure")
    return " ".join(words)
