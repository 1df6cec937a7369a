import structlog

from credit.tracebacks import told

log = structlog.get_logger("credit.faults")


def write_down(error: BaseException | None) -> None:
    """Write one line of what broke, and nothing that anybody sent."""
    log.error("broken", exceptions=told(error))
