"""As many posts are in flight as help: found by trial, halved when throttled."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.transports.fanout.window import Window

__all__ = ["Host", "TestGrowth", "TestLimit", "TestRest", "TestThrottled"]


class Host:
    """Takes a tenth of a second for a post, and works on so many at once.

    Args:
        ceiling: of the window.
        at_once: further posts wait.
        per_second: further posts are throttled.
        seconds: for a post, instead of a tenth.
    """

    def __init__(
        self,
        ceiling: int,
        *,
        at_once: int = 10_000,
        per_second: float = 1e9,
        seconds: float = 0.1,
    ) -> None:
        self.window = Window()
        self.window.limit(ceiling)
        self.now = 0.0
        self.sizes = [self.window.size]
        self.at_once = at_once
        self._per_second = per_second
        self._seconds = seconds
        self._allowance = 0.0

    def answer(self, count: int) -> None:
        """Answer posts, with as many in flight as may be; keep each size that there was."""
        for _ in range(count):
            seconds = self._seconds / min(self.window.size, self.at_once)
            self.now += seconds
            self._allowance = min(self._allowance + seconds * self._per_second, 1.0)
            throttled = self._allowance < 1.0
            self._allowance -= 0.0 if throttled else 1.0
            self._answer(throttled)

    def throttle(self, count: int) -> None:
        """Throttle posts, whatever their number."""
        for _ in range(count):
            self.now += self._seconds / self.window.size
            self._answer(True)

    def _answer(self, throttled: bool) -> None:
        self.window.answered(self.now, throttled=throttled)
        if self.window.size != self.sizes[-1]:
            self.sizes.append(self.window.size)


class TestGrowth:
    @pytest.mark.parametrize(
        ("at_once", "sizes"),
        [
            (20, [32, 64, 32]),
            (60, [32, 64, 128, 64]),
            (100, [32, 64, 128, 256, 128]),
            (200, [32, 64, 128, 256, 512, 256]),
        ],
    )
    def test_ends_where_it_does_not_help(self, at_once: int, sizes: list[int]) -> None:
        """The size is doubled until it covers what the host does at once; a last trial fails."""
        host = Host(1024, at_once=at_once)

        host.answer(100 + 3 * sum(sizes))

        assert host.sizes == sizes

    def test_is_not_judged_by_chance(self) -> None:
        """A round that ends within a fiftieth of a second goes on until that has passed."""
        host = Host(1024, seconds=0.0001)
        host.answer(96)
        before = list(host.sizes)
        host.now += 0.02

        host.answer(1)

        assert (before, host.sizes) == ([32], [32, 64])

    def test_is_tried_again_later(self) -> None:
        """Five seconds after a trial that failed comes the next one."""
        host = Host(1024, at_once=100)
        host.answer(1500)
        settled = len(host.sizes)

        host.answer(5 * 1000 + 256)
        assert host.sizes[settled:] == [256]

        host.answer(3 * 256)
        assert host.sizes[settled:] == [256, 128]

    def test_follows_a_host_that_became_faster(self) -> None:
        """A later trial helps where the first one did not."""
        slow = Host(1024, at_once=40)
        slow.answer(700)
        assert slow.window.size == 64

        slow.at_once = 1000
        slow.answer(20_000)

        assert slow.window.size == 1024


class TestLimit:
    @pytest.mark.parametrize(("ceiling", "sizes"), [(1, [1]), (8, [8]), (100, [32, 64, 100])])
    def test_is_never_passed(self, ceiling: int, sizes: list[int]) -> None:
        """However much it helps, there are no more posts in flight than may be."""
        host = Host(ceiling)

        host.answer(2000)

        assert host.sizes == sizes

    def test_counts_at_once(self) -> None:
        """A broadcast that may have fewer in flight has fewer."""
        host = Host(1024)
        host.answer(1000)

        host.window.limit(10)

        assert host.window.size == 10

    def test_counts_when_a_trial_fails(self) -> None:
        """What is gone back to is not more than may be by now."""
        host = Host(1024, at_once=60)
        host.answer(96 + 192)
        assert host.window.size == 128

        host.window.limit(40)
        host.answer(40 * 3)

        assert host.window.size == 40

    def test_may_be_raised(self) -> None:
        """The next broadcast may have more in flight again, if they help."""
        host = Host(8)
        host.answer(100)

        host.window.limit(1024)
        host.answer(5000)

        assert host.window.size == 1024


class TestThrottled:
    @pytest.mark.parametrize(("throttled", "size"), [(3, 64), (4, 16)])
    def test_is_more_than_a_twentieth(self, throttled: int, size: int) -> None:
        """Few are throttled because their clients do not read; more, because of the account."""
        host = Host(1024)
        host.answer(32)

        host.throttle(throttled)
        host.answer(64 - throttled)

        assert host.window.size == size

    @pytest.mark.parametrize(("ceiling", "sizes"), [(1024, [32, 16, 8, 4]), (3, [3]), (6, [6, 4])])
    def test_leaves_a_few(self, ceiling: int, sizes: list[int]) -> None:
        """Four posts stay in flight, or as many as may be."""
        host = Host(ceiling)

        host.throttle(1000)

        assert host.sizes == sizes

    def test_makes_careful(self) -> None:
        """Then the size grows by an eighth, and at least by one."""
        host = Host(1024)
        host.throttle(96 + 48)

        host.answer(24 * 4)

        assert host.sizes == [32, 16, 8, 9, 10, 11]

    def test_is_forgotten(self) -> None:
        """Ten seconds later the size is doubled again."""
        host = Host(1024)
        host.throttle(96)
        host.window.rest()
        host.now += 10

        host.answer(48)

        assert host.sizes == [32, 16, 32]

    def test_leads_to_what_the_account_allows(self) -> None:
        """A thousand posts a second, of a tenth of a second each, are a hundred in flight."""
        host = Host(1024, per_second=1000)

        host.answer(60_000)

        assert host.sizes[:4] == [32, 64, 128, 64]
        assert 50 < min(host.sizes[3:]) < max(host.sizes[3:]) < 130


class TestRest:
    def test_begins_the_round_again(self) -> None:
        """Answers before a time with little to do do not count."""
        host = Host(1024)
        host.answer(95)

        host.window.rest()
        host.answer(95)

        assert host.sizes == [32]

    def test_does_not_last(self) -> None:
        """After as many answers as after the start the size is judged."""
        host = Host(1024)
        host.answer(95)

        host.window.rest()
        host.answer(96)

        assert host.sizes == [32, 64]
