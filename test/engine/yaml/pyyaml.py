# Reads YAML texts as a JSON list and prints what PyYAML makes of each, with types; dates stay text.
import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in
                ('tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:value')]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def key(value):
    # 1.0 and 1 are one key of a dict
    return int(value) if isinstance(value, float) and value.is_integer() else value


def typed(value):
    if isinstance(value, dict):
        return ['dict', [[typed(key(name)), typed(item)] for name, item in value.items()]]
    if isinstance(value, list):
        return ['list', [typed(item) for item in value]]
    if isinstance(value, float):
        return ['float', float(value).hex()]
    return [type(value).__name__, None if value is None else str(value)]


def read(text):
    try:
        return typed(yaml.load(text, Loader))
    except Exception:
        return ['error', None]


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
