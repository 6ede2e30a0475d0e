"""In what order requests are asked: those that the server does not answer come last."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain

from claimbench.records.runs import Request, RequestFailure

_LATE_ATTEMPTS = 2


class Pending:
    """Requests, pulled lazily. Once one of a problem was given up, it and the others of this
    problem are put off until all else has been asked: a prompt that a server cannot answer must
    not hold up those behind it."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._source: Iterator[Request] = iter(requests)
        self._put_off: deque[Request] = deque()
        self._failed: set[Hashable] = set()
        self._reasons: dict[str, RequestFailure] = {}
        self._hardly_tried: set[Hashable] = set()
        self.last_round = False

    def other_than(self, request: Request) -> Request | None:
        """The next request of another problem, which stays in its place; None without one."""
        seen: list[Request] = []
        for one in self._source:
            seen.append(one)
            if problem_of(one) != problem_of(request):
                break
        self._source = chain(seen, self._source)
        return seen[-1] if seen and problem_of(seen[-1]) != problem_of(request) else None

    def take(self) -> Request | None:
        """The next request to ask; None where there is none."""
        if not self.last_round:
            for request in self._source:
                if problem_of(request) not in self._failed:
                    return request
                self._put_off.append(request)
            self.last_round = True
        return self._put_off.popleft() if self._put_off else None

    def attempts(self, request: Request) -> int | None:
        """How often the server is asked at most: a few times only in the last round, for what it
        had all attempts to answer; None for as often as ever."""
        tried = problem_of(request) not in self._hardly_tried
        return _LATE_ATTEMPTS if self.last_round and tried else None

    def give_up(
        self, request: Request, failure: RequestFailure, late: bool, soon: bool = False
    ) -> RequestFailure | None:
        """Note that a request was not answered. Gives its failure, or None where it will be asked
        again; `late`: this was in the last round, `soon`: before all attempts."""
        if late:
            return self._reasons.pop(request.id, failure)
        self._failed.add(problem_of(request))
        self._put_off.append(request)
        if soon:
            self._hardly_tried.add(problem_of(request))
        else:
            self._reasons[request.id] = failure
        return None


def problem_of(request: Request) -> Hashable:
    """What the samples of one problem share."""
    return request.model, request.benchmark, request.problem_id
