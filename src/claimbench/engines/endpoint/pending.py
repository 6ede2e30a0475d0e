"""In what order requests are asked: those that the server does not answer come last."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator

from claimbench.records.runs import Request, RequestFailure


class Pending:
    """Requests, pulled lazily. Once one of a problem was given up, it and the others of this
    problem are put off until all else has been asked: a prompt that a server cannot answer must
    not hold up those behind it."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._source: Iterator[Request] = iter(requests)
        self._put_off: deque[Request] = deque()
        self._failed: set[Hashable] = set()
        self._reasons: dict[str, RequestFailure] = {}
        self.last_round = False

    def take(self) -> Request | None:
        """The next request to ask; None where there is none."""
        if not self.last_round:
            for request in self._source:
                if problem_of(request) not in self._failed:
                    return request
                self._put_off.append(request)
            self.last_round = True
        return self._put_off.popleft() if self._put_off else None

    def give_up(
        self, request: Request, failure: RequestFailure, late: bool
    ) -> RequestFailure | None:
        """Note that a request was not answered. Gives its failure, or None where it will be asked
        again; `late`: this was in the last round."""
        if late:
            return self._reasons.pop(request.id, failure)
        self._failed.add(problem_of(request))
        self._put_off.append(request)
        self._reasons[request.id] = failure
        return None


def problem_of(request: Request) -> Hashable:
    """What the samples of one problem share."""
    return request.model, request.benchmark, request.problem_id
