"""What a file's name tells about how values are written in it."""

from __future__ import annotations

from enum import Enum


class Written(Enum):
    """How a bare word after ``=`` or ``:`` is to be read."""

    CODE = "code"  # a name; only quoted text is a value
    SHELL = "shell"  # a value unless it begins with $
    CONFIG = "config"  # a value
    JSON = "json"  # only quoted text is a value
    MARKUP = "markup"  # element text and attributes
    PROSE = "prose"  # words for people
    UNKNOWN = "unknown"


_BY_SUFFIX = {
    Written.CODE: "py pyi pyx ipynb js jsx mjs cjs ts mts cts tsx vue svelte java kt kts scala groovy go rb erb rs c h cc cpp cxx "
    "hpp hh cs fs vb swift m mm php php5 phtml pl pm lua r jl dart ex exs erl hs clj cljs coffee elm ml sol tf gradle "
    "proto graphql sql psql tsql plsql bicep nix css scss sass less map jsp aspx cshtml as haxe hx nim zig v pas cr d",
    Written.SHELL: "sh bash zsh ksh fish bat cmd ps1 psm1 psd1 mk mak makefile dockerfile envrc command profile",
    Written.CONFIG: "env yml yaml properties ini cfg conf cnf toml tfvars hcl rsp netrc npmrc yarnrc pypirc editorconfig "
    "plist desktop service reg rc config settings credentials creds secret secrets pgpass htpasswd prefs inf hosts "
    "local production development staging test dist sample example template tpl j2 in default",
    Written.JSON: "json jsonc json5 jsonl ndjson geojson webmanifest har tfstate code-workspace lock",
    Written.MARKUP: "xml html htm xhtml svg xaml xsd wsdl pom nuspec csproj resx vbproj storyboard xib kml rss xsl xslt",
    Written.PROSE: "md markdown rst txt adoc asciidoc tex org rtf log csv tsv eml mbox po pot strings srt vtt",
}
_SUFFIXES = {suffix: kind for kind, names in _BY_SUFFIX.items() for suffix in names.split()}
_NAMES = {
    "dockerfile": Written.SHELL,
    "containerfile": Written.SHELL,
    "makefile": Written.SHELL,
    "jenkinsfile": Written.CODE,
    "vagrantfile": Written.CODE,
    "gemfile": Written.CODE,
    "rakefile": Written.CODE,
    "procfile": Written.SHELL,
    ".env": Written.CONFIG,
    ".netrc": Written.CONFIG,
    "_netrc": Written.CONFIG,
    ".npmrc": Written.CONFIG,
    ".pypirc": Written.CONFIG,
    ".gitconfig": Written.CONFIG,
    "config": Written.CONFIG,
    "credentials": Written.CONFIG,
    ".bashrc": Written.SHELL,
    ".zshrc": Written.SHELL,
    ".profile": Written.SHELL,
    ".bash_profile": Written.SHELL,
    ".zprofile": Written.SHELL,
    ".zshenv": Written.SHELL,
    ".bash_history": Written.SHELL,
    ".zsh_history": Written.SHELL,
    "fish_history": Written.SHELL,
    "changelog": Written.PROSE,
    "readme": Written.PROSE,
    "license": Written.PROSE,
}
_PACKED = 8192
_PACKED_LINE = 500
_GENERATED = (
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "cargo.lock",
    "go.sum",
    "composer.lock",
)


def written(path: str) -> Written:
    """Return how the file at ``path`` (shown path, POSIX) is written; ``UNKNOWN`` when its name tells nothing."""
    name = path.rsplit("/", 1)[-1].lower()
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith((".env", "env:")) or name.endswith(".env"):
        return Written.CONFIG
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if stem.startswith(("dockerfile", "docker-compose")):
        return Written.SHELL
    return Written.UNKNOWN


def is_lock_file(path: str) -> bool:
    """Whether ``path`` is a file of hashes and addresses that a package manager wrote."""
    return path.rsplit("/", 1)[-1].lower().lstrip(".") in _GENERATED


def is_packed(path: str, head: bytes) -> bool:
    """Whether a file was written by a machine for machines: a source map, or code in one enormous line."""
    name = path.lower()
    if name.endswith((".map", ".min.js", ".min.css", ".bundle.js", ".snap")):
        return True
    return (
        name.endswith((".js", ".mjs", ".cjs", ".css"))
        and len(head) >= _PACKED
        and head.count(b"\n") * _PACKED_LINE < len(head)
    )


def is_yaml(path: str) -> bool:
    """Whether ``path`` is YAML by its name."""
    return path.lower().endswith((".yml", ".yaml"))
