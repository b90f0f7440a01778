"""A safe YAML loader for configuration: keys stay strings, unknown tags become plain values. Imported when needed."""

from __future__ import annotations

from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """``SafeLoader`` with keys as written: YAML 1.1 would turn a workflow's ``on`` into True."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The table of a node; every scalar key is the string that stands there."""
        self.flatten_mapping(node)
        found: dict[Any, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            found[name] = self.construct_object(value, deep=deep)
        return found


def _plain(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return str(node.value)


_Loader.add_multi_constructor("!", _plain)


def load(text: str) -> Any:
    """The first document of a YAML text as plain values.

    Raises:
        yaml.YAMLError: when the text is not YAML.
    """
    loader = _Loader(text)
    try:
        return loader.get_data() if loader.check_data() else None  # type: ignore[no-untyped-call]
    finally:
        loader.dispose()
