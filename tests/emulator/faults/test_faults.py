"""The faults that are set."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.faults.catalogue import Fault
from django_aws_api_gateway_websockets.emulator.faults.faults import Faults
from django_aws_api_gateway_websockets.emulator.faults.values import Chance

from .support import make_faults


def hits(faults: Faults, fault: Fault, count: int = 20) -> list[bool]:
    """Return what happens to some events."""
    return [faults.hits(fault) for _ in range(count)]


class TestChances:
    """Whether something happens."""

    def test_never_when_not_set(self) -> None:
        """Nothing happens by itself."""
        assert not any(hits(Faults(), Fault.POST_410))

    def test_always(self) -> None:
        """Without a value it happens every time."""
        assert all(hits(make_faults("post-410"), Fault.POST_410))

    def test_sometimes(self) -> None:
        """A probability draws anew each time."""
        assert len(set(hits(make_faults("post-410=0.5"), Fault.POST_410))) == 2

    def test_some_times(self) -> None:
        """A number of times counts down, and then the fault is over."""
        faults = make_faults("post-410=2x")

        first = faults.hits(Fault.POST_410)
        left = faults.settings()

        assert (first, left) == (True, {"post-410": "1x"})
        assert hits(faults, Fault.POST_410, 3) == [True, False, False]
        assert (faults.settings(), faults.quiet) == ({}, True)


class TestSeconds:
    """How long something takes."""

    def test_none_when_not_set(self) -> None:
        """Nothing takes time by itself."""
        assert Faults().seconds(Fault.POST_DELAY) is None

    def test_between_the_ends(self) -> None:
        """Each time anew."""
        faults = make_faults("post-delay=1-2")

        drawn = [faults.seconds(Fault.POST_DELAY) or 0 for _ in range(5)]

        assert len(set(drawn)) == 5
        assert all(1 <= seconds <= 2 for seconds in drawn)


class TestReplay:
    """The same seed gives the same fate."""

    def test_same_seed(self) -> None:
        """Two gateways break alike."""
        first, second = make_faults("post-410=0.5"), make_faults("post-410=0.5")

        assert hits(first, Fault.POST_410) == hits(second, Fault.POST_410)

    def test_other_seed(self) -> None:
        """Another seed is another weather."""
        first, second = make_faults("post-410=0.5"), make_faults("post-410=0.5", seed=1)

        assert hits(first, Fault.POST_410) != hits(second, Fault.POST_410)

    def test_faults_do_not_disturb_each_other(self) -> None:
        """Each draws from numbers of its own."""
        alone, both = make_faults("post-410=0.5"), make_faults("post-410=0.5", "post-429=0.5")

        drawn = [(both.hits(Fault.POST_429), both.hits(Fault.POST_410)) for _ in range(20)]

        assert [hit for _, hit in drawn] == hits(alone, Fault.POST_410)

    def test_begins_anew_when_set_again(self) -> None:
        """A test gets the same numbers whatever came before it."""
        faults = make_faults("post-410=0.5")
        first = hits(faults, Fault.POST_410)

        faults.set(Fault.POST_410, Chance(0.5))

        assert hits(faults, Fault.POST_410) == first


class TestSwitching:
    """What is set, and how often it has happened."""

    def test_is_quiet_without_faults(self) -> None:
        """Only then nothing needs to be asked."""
        faults = make_faults("post-410", "post-429")

        seen = [faults.quiet]
        faults.clear(Fault.POST_410)
        seen.append(faults.quiet)
        faults.clear(Fault.POST_429, Fault.POST_500)
        seen.append(faults.quiet)

        assert seen == [False, False, True]

    def test_counts_what_happened(self) -> None:
        """Only what has happened counts, and only since it was set."""
        faults = make_faults("post-410=0", "post-429", "post-delay=1")
        hits(faults, Fault.POST_410, 2)
        hits(faults, Fault.POST_429, 2)
        faults.seconds(Fault.POST_DELAY)

        names = (Fault.POST_410, Fault.POST_429, Fault.POST_DELAY)
        counted = [faults.fired(fault) for fault in names]
        faults.set(Fault.POST_429, Chance())

        assert counted == [0, 2, 1]
        assert faults.fired(Fault.POST_429) == 0
