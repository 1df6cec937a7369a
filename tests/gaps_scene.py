"""A product with a validated champion, and months of live decisions with their groups."""

from datetime import UTC, date, datetime, timedelta

import dossiers_scene
import factories
import recorded

from credit.actions import populations
from monitoring.gaps import making as gaps_making
from scoring.training import proxy_test

OCTOBER = date(2026, 10, 1)
IN_OCTOBER = datetime(2026, 10, 25, 9, tzinfo=UTC)  # two days after the product went live


def quick(monkeypatch):
    """Let the learner that guesses groups be a small one: it is measured elsewhere."""
    monkeypatch.setattr(proxy_test, "TREES", 2)


@recorded.once
def champion(source=factories.SOURCE):
    """Make a champion with PDs out of fold, by the hand-made graph."""
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    return factories.promoted(dossiers_scene.version(factories.toy_bundle(), contract))


def applied(said, *, group, times, at=IN_OCTOBER):
    """Let applications come in a second apart."""
    for number in range(times):
        factories.decide(
            at=at + timedelta(seconds=number),
            **said,
            **({"monitoring": {"age_group": group}} if group else {}),
        )


def october(times=1):
    """Let the young be approved less often than the reference, so many times as many of all."""
    for _ in range(times):
        _october()


def _october():
    applied(factories.APPROVED, group="25_to_61", times=30)
    applied(factories.REFERRED, group="25_to_61", times=10, at=IN_OCTOBER + timedelta(hours=1))
    applied(factories.APPROVED, group="under_25", times=12, at=IN_OCTOBER + timedelta(hours=2))
    applied(factories.REFERRED, group="under_25", times=20, at=IN_OCTOBER + timedelta(days=1))
    applied(factories.DECLINED, group="62_and_over", times=3, at=IN_OCTOBER + timedelta(days=2))
    applied(factories.APPROVED, group=None, times=20, at=IN_OCTOBER + timedelta(days=3))
    applied(factories.REFERRED, group=None, times=20, at=IN_OCTOBER + timedelta(days=4))


def counted(product, *, at=factories.AT):
    """Count the months as the worker does."""
    populations.count_due(at=at)
    return product


@recorded.once
def live_october():
    """Bring the product live, let an October of decisions come, and have it counted."""
    version = champion()
    october()
    counted(version.product)
    return version


@recorded.once
def october_told():
    """Have the worker report on the champion and on its October as well."""
    version = live_october()
    gaps_making.make_validation(version=version, by=None, at=factories.AT)
    gaps_making.make_month(product=version.product, month=OCTOBER, by=None, at=factories.AT)
    return version
