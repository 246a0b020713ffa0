"""The `bench` command's first step. It imports nothing, so that Ctrl-C ends it plainly at once."""

import sys


def main() -> None:
    """Runs the command. Exits with 130 where it is interrupted before it has begun to work."""
    try:
        from bench.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
