"""What a service holds: connections, threads and memory, which may not grow for ever."""

from dataclasses import dataclass

from tests.drills.home import Service

CONNECTIONS, THREADS = 8, 8
"By which each may be more than before: what is asked at once differs."


@dataclass(frozen=True)
class Size:
    """What a process holds."""

    connections: int
    threads: int
    megabytes: float

    @classmethod
    def of(cls, service: Service) -> "Size":
        process = service.process
        return cls(len(process.net_connections("tcp")), process.num_threads(), process.memory_info().rss / 2**20)

    def __str__(self) -> str:
        return f"{self.connections} connections, {self.threads} threads, {self.megabytes:.0f} MiB"

    def beyond(self, first: "Size", *, share: float) -> list[str]:
        """What has grown since. share: of the memory, by which it may be more."""
        grown = (
            self.connections > first.connections + CONNECTIONS,
            self.threads > first.threads + THREADS,
            self.megabytes > first.megabytes * (1 + share),
        )
        return [f"leaked: {first} became {self}"] if any(grown) else []
