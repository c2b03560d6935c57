"""Run one benchmark and print its table."""

from __future__ import annotations

import argparse
import importlib
import sys

NAMES = ["apply", "faults", "fuzz", "latency", "load", "prepare"]
NAMES += ["sessions", "sources", "upload", "viewer"]


def main() -> int:
    """Run the benchmark named on the command line; 1 where ``--check`` finds a target missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--check", action="store_true", help="exit 1 where a target is missed")
    options = parser.parse_args()
    table = importlib.import_module(f"benchmarks.{options.name}").run(quick=options.quick)
    print(table)
    return 1 if options.check and not table.met else 0


if __name__ == "__main__":
    sys.exit(main())
