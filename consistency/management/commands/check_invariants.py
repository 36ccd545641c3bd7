from collections import Counter

from cinema import clock
from consistency.invariants import violations
from jobs.command import Counts, JobCommand, JobPass

SHOWN = 20  # rows for each invariant


class Command(JobCommand):
    help = "Check the invariants on the live database; print each row that violates one."

    def steps(self):
        return []

    def work(self, current: JobPass) -> None:
        current.counts.add(self.audit(current.at))

    def show(self, options) -> None:
        self.audit(options.at or clock.now())

    def audit(self, at) -> Counts:
        found: Counter[str] = Counter()
        for violation in violations(at):
            found[violation.statement] += 1
            if found[violation.statement] <= SHOWN:
                self.stdout.write(f"Invariant violated: {violation.statement} ({violation.row})")
        for statement, rows in found.items():
            if rows > SHOWN:
                self.stdout.write(f"Invariant violated: {statement} ({rows - SHOWN} more rows)")
        return Counts(
            failed=found.total(), error="; ".join(f"{statement} ({rows})" for statement, rows in found.items())
        )
