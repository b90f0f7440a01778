"""What Claude Code does with each class of command: the weakest answer over typical commands of that class.

Files inside the workspace are open to the file tool anyway, so readers are tried on files outside it. The commands that
allow rules name are tried too.
"""

from __future__ import annotations

from typing import Final

from auditor.agents.claude_decide import decide, modes, weakest
from auditor.agents.claude_rules import parse
from auditor.agents.commands import NETWORK_CLIENTS, RUNNERS
from auditor.model.agent import AgentRecord, CommandClass, CommandVerdict, ExecRule, Verdict

_READERS: Final = (
    *("cat ~/.aws/credentials", "grep -r . ~/.aws", "head ~/.netrc", "sed -n p ~/.npmrc", "cp ~/.netrc copy"),
    "jq . ~/.docker/config.json",
)
_PROCESSES: Final = (
    *("python3 -c 'print(1)'", "python -c 'print(1)'", "node -e '1'", "bash -c 'true'", "perl -e '1'", "ruby -e '1'"),
    *("npx -y tool", "uv run python -c 'print(1)'", "docker run image", "env python3 -c 1"),
)
_NETWORKS: Final = (
    *("curl https://api.example.com", "wget https://api.example.com", "gh api user", "aws s3 ls", "git push"),
    *("gcloud projects list", "ssh host.example.com", "psql -h db.example.com", "kubectl get pods", "railway up"),
    *("terraform apply", "nc host.example.com 443"),
)
_FREE_EDITS: Final = frozenset({"acceptEdits", "auto", "bypassPermissions"})


def verdicts(record: AgentRecord, home: str) -> tuple[CommandVerdict, ...]:
    """One verdict per class, with the command it was decided on."""
    tried = {
        CommandClass.READER: _READERS,
        CommandClass.PROCESS: (*_PROCESSES, *_scripts(record)),
        CommandClass.NETWORK: (*_NETWORKS, *_clients(record)),
    }
    return tuple(_weakest(record, home, one, examples) for one, examples in tried.items())


def _weakest(record: AgentRecord, home: str, one: CommandClass, examples: tuple[str, ...]) -> CommandVerdict:
    answers = [(decide(record, "run", line, record.workspace, home=home), line) for line in examples]
    best = weakest(answer for answer, _ in answers)
    line = next(line for answer, line in answers if answer == best)
    return CommandVerdict(one, best[0], line, best[1])


def _scripts(record: AgentRecord) -> tuple[str, ...]:
    """Commands of allow rules that run what stands in the workspace, where that may be edited unasked."""
    rules = record.exec.rules
    editing = any(rule.kind == "edit" and rule.effect is Verdict.ALLOW for rule in rules)
    open_files = editing or bool(_FREE_EDITS & set(modes(record)))
    lines = ((rule.broad, _example(rule)) for rule in rules)
    return tuple(line for broad, line in lines if line and (broad or (open_files and _runs_code(line))))


def _runs_code(line: str) -> bool:
    first = line.split(maxsplit=1)[0]
    return first.rpartition("/")[2] in RUNNERS or first.startswith(("./", "scripts/", "bin/"))


def _clients(record: AgentRecord) -> tuple[str, ...]:
    """Commands of allow rules that leave a network client's target open."""
    lines = (_example(rule) for rule in record.exec.rules)
    return tuple(line for line in lines if line and _is_open_client(line.split()))


def _is_open_client(words: list[str]) -> bool:
    fixed = [word for word in words[1:] if not word.startswith("-")]
    return words[0] in NETWORK_CLIENTS and words[0] != "git" and not fixed


def _example(rule: ExecRule) -> str:
    """A command that an allow rule names: what stands before its first wildcard; empty when that is nothing."""
    said = parse(rule.pattern) if rule.effect is Verdict.ALLOW and rule.kind in {"exact", "prefix", "glob"} else None
    text = (said.specifier or "") if said else ""
    return text.partition("*")[0].rstrip(": ").strip()
