"""Serving a twist over real HTTP, by uvicorn, or by hand where uvicorn would mend it."""

from reference_impl.serve import Engine, Running, dated, listen
from reference_impl.serve import engine as engine_of_app
from reference_impl.settings import Settings
from reference_impl.twisted.app import build, choose
from reference_impl.twisted.twists import Twist
from reference_impl.twisted.wire import RawServer, plain


def start(settings: Settings | None = None, flaw: str = "", variant: str = "", port: int = 0) -> Running:
    """Serve on loopback, on a free port unless one is given, from a thread of this process.

    Without a name it is the reference as it is.
    """
    twist = choose(flaw, variant)  # here, where a wrong name is the caller's, and not in the thread
    chosen = settings or Settings()
    return Running(lambda: engine(chosen, twist), listen("127.0.0.1", port))


def engine(settings: Settings, twist: Twist, *, log_level: str = "critical") -> Engine:
    """What serves this twist; to be called in the loop that will run it."""
    app = build(settings, twist)
    if twist.by_hand:
        dates = dated(app, settings.clock)
        render = twist.render or plain
        return RawServer(dates, render, one_at_a_time=twist.one_at_a_time, hasty=twist.hasty)
    return engine_of_app(app, settings, log_level=log_level)
