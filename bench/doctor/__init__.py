"""Is this machine ready for a suite?

Importing this is cheap: torch and the models' libraries are loaded by `examine` alone.
"""

from bench.doctor.check import Check, Status
from bench.doctor.examination import examine, is_ready

__all__ = ["Check", "Status", "examine", "is_ready"]
