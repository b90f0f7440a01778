"""agent-audit: which long-lived credentials can the AI agents here reach, and what could each of them destroy."""

__version__ = "0.1.0"
