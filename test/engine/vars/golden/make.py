#!/usr/bin/python3
"""Evaluates cases.json with Python's Jinja2 and ansible-core's plugins and writes what comes out to golden.json.

Expressions give Python's repr() of their value, templates their text; null stands for a failure.
Run it with the Python for which jinja2 and ansible-core are installed.
"""
import json
import os
import pathlib

from ansible.parsing.dataloader import DataLoader
from ansible.module_utils.compat.version import LooseVersion
import ansible.plugins.loader  # noqa: F401
from ansible.template import Templar
from jinja2 import DictLoader
from jinja2.runtime import Undefined

here = pathlib.Path(__file__).parent
cases = json.loads((here / "cases.json").read_text())
variables = cases["variables"]
templar = Templar(loader=DataLoader(), variables=variables)
extensions = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]
environment = templar.environment.overlay(extensions=extensions)
environment.undefined = templar.environment.undefined
environment.trim_blocks = True
environment.loader = DictLoader(cases["files"])
# Text as it is: without reading it as a Python literal again.
environment.concat = lambda nodes: "".join(str(node) for node in nodes)
environment.filters["commonpath"] = os.path.commonpath
environment.filters["normpath"] = os.path.normpath
# As community.general has them.
environment.filters["dict"] = dict
environment.filters["splitlines"] = str.splitlines
environment.filters["version_sort"] = lambda all, reverse=False: sorted(all, key=LooseVersion, reverse=reverse)
names = dict(environment.globals) | variables
names |= {"lookup": templar._lookup, "query": templar._query_lookup, "q": templar._query_lookup}

# As a template's header or the module's options ask for it.
stripping = environment.overlay(trim_blocks=False, lstrip_blocks=True)
stripping.undefined = environment.undefined
stripping.concat = environment.concat


def plain(value):
    if isinstance(value, Undefined):
        raise ValueError("undefined")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, range) or hasattr(value, "__next__"):
        return [plain(item) for item in value]
    return value


def expression(source):
    try:
        return repr(plain(environment.compile_expression(source, undefined_to_none=False)(**names)))
    except Exception:
        return None


def template(source, environment=environment):
    try:
        parsed = environment.from_string(source)
        return "".join(str(node) for node in parsed.root_render_func(parsed.new_context(names)))
    except Exception:
        return None


golden = {
    "expressions": {source: expression(source) for source in cases["expressions"]},
    "templates": {source: template(source) for source in cases["templates"]},
    "stripped": {source: template(source, stripping) for source in cases["stripped"]},
}
(here / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
