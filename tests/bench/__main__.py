"""Runs the benchmark: `python -m tests.bench`, from the project's folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it


def main() -> int:
    from bench.run import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
