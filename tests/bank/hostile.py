"""Hostile submissions: each tries to end, stall, flood, fool or outlive the grader, and none may gain by it."""

from tests.bank import hostile_bonus, hostile_models, hostile_processes
from tests.bank.hostile_case import Hostile

CASES: tuple[Hostile, ...] = (*hostile_processes.CASES, *hostile_models.CASES, *hostile_bonus.CASES)
"""The bank."""
