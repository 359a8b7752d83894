"""What is to happen later, in a world without a clock of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

type Deed = Callable[[datetime], None]


class Agenda:
    """Deeds by name; a new deed of the same name takes the place of the old one."""

    def __init__(self) -> None:
        self._deeds: dict[str, tuple[datetime, int, Deed]] = {}
        self._order = count()

    def set(self, name: str, moment: datetime, deed: Deed) -> None:
        """Plan a deed."""
        self._deeds[name] = (moment, next(self._order), deed)

    def after(self, name: str, now: datetime, seconds: float, deed: Deed) -> None:
        """Plan a deed some seconds from now."""
        self.set(name, now + timedelta(seconds=seconds), deed)

    def add(self, now: datetime, seconds: float, deed: Deed) -> None:
        """Plan a deed that nothing will replace."""
        self.after(f"#{next(self._order)}", now, seconds, deed)

    def drop(self, name: str) -> None:
        """Give up a deed, if it is planned."""
        self._deeds.pop(name, None)

    def __contains__(self, name: str) -> bool:
        return name in self._deeds

    def due(self) -> datetime | None:
        """Return when the next deed is to be done."""
        return min((moment for moment, _, _ in self._deeds.values()), default=None)

    def run(self, now: datetime) -> None:
        """Do what is due, in the order of its moments."""
        while True:
            ready = [(*entry[:2], name) for name, entry in self._deeds.items() if entry[0] <= now]
            if not ready:
                return
            _, _, deed = self._deeds.pop(min(ready)[2])
            deed(now)
