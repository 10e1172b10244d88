"""`make bench`: how long planning and a rollout take, and what the rollout costs on the wire. Figures, no judgement."""

from __future__ import annotations

import bench_dns
import bench_planner
import bench_rollout


def main() -> None:
    bench_planner.main([])
    bench_rollout.main()
    bench_dns.main()


if __name__ == "__main__":
    main()
