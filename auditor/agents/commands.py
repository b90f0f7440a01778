"""What kind of program a command starts: interpreters, package runners, file readers, network clients, and wrappers."""

from __future__ import annotations

import re

from auditor.agents.shell_words import ASSIGNMENT, SimpleCommand, Word, simple_commands

__all__ = [
    "INTERPRETERS",
    "LAUNCHERS",
    "NETWORK_CLIENTS",
    "READERS",
    "RUNNERS",
    "SHELLS",
    "SimpleCommand",
    "Word",
    "is_broad",
    "is_network",
    "is_reader",
    "simple_commands",
    "unwrap",
]

SHELLS = frozenset({"bash", "sh", "zsh", "fish", "dash", "ksh", "pwsh", "powershell", "cmd", "busybox"})
INTERPRETERS = SHELLS | {
    *("python", "python2", "python3", "node", "nodejs", "deno", "bun", "tsx", "ts-node", "ruby", "irb", "perl"),
    *("php", "lua", "julia", "rscript", "osascript", "awk", "gawk", "java", "jshell", "groovy", "elixir", "iex"),
}
RUNNERS = frozenset(
    {
        *("npx", "bunx", "pnpx", "uvx", "pipx", "npm", "pnpm", "yarn", "uv", "poetry", "pdm", "hatch", "rye", "nox"),
        *("tox", "make", "gmake", "just", "task", "rake", "bundle", "cargo", "go", "mvn", "gradle", "gradlew", "ant"),
        *("docker", "podman", "nerdctl", "devbox", "mise", "direnv", "nix", "nix-shell", "conda", "mamba", "pytest"),
    }
)
LAUNCHERS = frozenset(
    {
        *("env", "sudo", "doas", "su", "xargs", "eval", "exec", "source", ".", "find", "watch", "setsid", "flock"),
        *("parallel", "ssh", "screen", "tmux", "at", "crontab", "systemd-run", "chroot", "unshare", "nsenter"),
    }
)
READERS = frozenset(
    {
        *("cat", "head", "tail", "less", "more", "grep", "egrep", "fgrep", "rg", "sed", "awk", "nl", "tac", "cut"),
        *("sort", "uniq", "diff", "cmp", "od", "xxd", "hexdump", "strings", "base64", "wc", "bat", "type", "jq", "yq"),
    }
)
NETWORK_CLIENTS = frozenset(
    {
        *("curl", "wget", "http", "https", "xh", "httpie", "nc", "ncat", "netcat", "socat", "telnet", "ftp", "openssl"),
        *("ssh", "scp", "sftp", "rsync", "rclone", "git", "gh", "glab", "hub", "aws", "gcloud", "gsutil", "bq", "az"),
        *("kubectl", "helm", "oc", "terraform", "tofu", "pulumi", "ansible", "railway", "fly", "flyctl", "vercel"),
        *("netlify", "heroku", "wrangler", "supabase", "firebase", "doctl", "linode-cli", "hcloud", "render", "stripe"),
        *("psql", "pg_dump", "mysql", "mysqldump", "mongosh", "mongo", "redis-cli", "sqlcmd", "snowsql", "neonctl"),
        *("twine", "vault", "op", "doppler", "sentry-cli", "invoke-webrequest", "iwr", "irm", "invoke-restmethod"),
    }
)
_RUNNER_STEPS = frozenset({"run", "exec", "x", "dlx", "run-script", "tool", "compose", "shell"})
_INLINE = frozenset({"-c", "-e", "--eval", "-lc", "-ic", "-pe", "-ne", "-p", "-Command", "/c"})
_VERSION = {("--version",), ("-V",), ("--help",), ("-v",)}
_PLAIN_WRAPPERS = {
    "timeout": 1,
    "time": 0,
    "nice": 0,
    "nohup": 0,
    "stdbuf": 0,
    "command": 0,
    "builtin": 0,
    "noglob": 0,
    "env": 0,
    "sudo": 0,
    "doas": 0,
    "watch": 0,
    "ionice": 0,
    "setsid": 0,
    "xargs": 0,
}
_OPTIONS_WITH_VALUE = {
    "timeout": frozenset({"-s", "--signal", "-k", "--kill-after"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-T", "-R", "-D"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "ionice": frozenset({"-c", "-n", "-p"}),
    "watch": frozenset({"-n", "--interval"}),
    "xargs": frozenset({"-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E"}),
}


def unwrap(command: SimpleCommand, wrappers: frozenset[str]) -> SimpleCommand:
    """The command behind leading wrappers such as ``timeout 5`` or ``env A=b``; only those in ``wrappers``.

    ``xargs`` counts only without options, as its options change what is run.
    """
    while True:
        arguments = command.arguments
        name = _base(arguments[0]) if arguments else ""
        if name not in wrappers or name not in _PLAIN_WRAPPERS:
            return command
        skipped = _wrapper_length(name, arguments)
        inner = command.past(command.assigned + skipped)
        if inner is command or skipped == 0:
            return command
        command = inner


def is_broad(arguments: tuple[str, ...]) -> bool:
    """Whether a command that starts with these fixed words can run any program.

    True for a wildcard, an interpreter without a fixed script, and runners and launchers without a fixed target.
    """
    if not arguments or not arguments[0].strip("*"):
        return True
    name = _base(arguments[0]).lower().rstrip("*")
    rest = arguments[1:]
    fixed = tuple(word for word in rest if not word.startswith("-") and word.strip("*"))
    if re.fullmatch(r"python[\d.]*", name) or name in INTERPRETERS:
        inline = any(word in _INLINE for word in rest)
        return (inline or not fixed) and rest not in _VERSION
    if name in LAUNCHERS:
        return is_broad(fixed) if name != "find" else True
    if name not in RUNNERS:
        return False
    return not fixed or (fixed[0] in _RUNNER_STEPS and len(fixed) == 1)


def is_network(arguments: tuple[str, ...]) -> bool:
    """Whether the program is a known network client."""
    return bool(arguments) and _base(arguments[0]).lower() in NETWORK_CLIENTS


def is_reader(arguments: tuple[str, ...]) -> bool:
    """Whether the program is a known file reader."""
    return bool(arguments) and _base(arguments[0]).lower() in READERS


def _base(word: str) -> str:
    name = word.replace("\\", "/").rsplit("/", 1)[-1]
    return name[:-4] if name.lower().endswith(".exe") else name


def _wrapper_length(name: str, arguments: tuple[str, ...]) -> int:
    """How many words the wrapper itself takes; 0 when it cannot be told."""
    at, positional = 1, _PLAIN_WRAPPERS[name]
    takes = _OPTIONS_WITH_VALUE.get(name, frozenset())
    while at < len(arguments):
        word = arguments[at]
        if word.startswith("-") and name == "xargs":
            return 0
        if word == "--":
            at += 1
            break
        if word.startswith("-"):
            at += 2 if word in takes else 1
        elif name in {"env", "sudo"} and ASSIGNMENT.match(word):
            at += 1
        elif positional:
            positional -= 1
            at += 1
        else:
            break
    return at if at < len(arguments) else 0
