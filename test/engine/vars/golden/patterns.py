#!/usr/bin/python3
"""Writes patterns.json: regular expressions made by chance, and what the re of Python 3.11.5 or later finds.

Each case is [pattern, flags, text, matches]; a match is where it begins (in units of UTF-16), its text and its groups;
null stands for a pattern that is refused.
"""
import json
import pathlib
import random
import re
import warnings

warnings.simplefilter("ignore")
chance = random.Random(11)
signs = [".", "[ab]", "[^a]", r"\w", r"\d", r"\s", r"\W", "[a-c1]", r"\.", r"\-", "[]a]", r"\x41", r"\101", r"\u00e9", "é"]
places = ["^", "$", r"\b", r"\B", r"\A", r"\Z"]


def atom(depth):
    kind = chance.random()
    if kind < 0.45 or depth <= 0:
        return chance.choice("abc")
    if kind < 0.55:
        return chance.choice(signs)
    if kind < 0.62:
        return chance.choice(places)
    inner = choice(depth - 1)
    if kind < 0.75:
        return f"({inner})"
    if kind < 0.80:
        return f"(?:{inner})"
    if kind < 0.83:
        return f"(?P<n{chance.randint(0, 9)}>{inner})"
    if kind < 0.86:
        return chance.choice(["(?=", "(?!"]) + inner + ")"
    if kind < 0.88:
        return chance.choice(["(?<=", "(?<!"]) + chance.choice(["a", "ab", "[bc]", "^", "a|b", "a*"]) + ")"
    if kind < 0.91:
        return f"\\{chance.randint(1, 3)}"
    if kind < 0.94:
        return chance.choice(["(?i:", "(?s:", "(?m:", "(?x: ", "(?-i:"]) + inner + ")"
    if kind < 0.97:
        return f"(?>{inner})"
    return f"(?({chance.randint(1, 2)}){sequence(depth - 1)}|{sequence(depth - 1)})"


def often():
    if chance.random() < 0.55:
        return ""
    return chance.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}"]) + chance.choice(["", "", "", "?", "+"])


def sequence(depth):
    return "".join(atom(depth) + often() for _ in range(chance.randint(1, 4)))


def choice(depth):
    return "|".join(sequence(depth) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def found(pattern, flags, text):
    try:
        expression = re.compile(pattern, flags)
    except re.error:
        return None
    start = lambda match: len(text[: match.start()].encode("utf-16-le")) // 2
    return [[start(match), match.group(), *match.groups()] for match in expression.finditer(text)]


def case():
    pattern, flags = choice(3), chance.choice([0, 0, 0, re.I, re.M])
    text = "".join(chance.choice("aabbccABC1é .\n-") for _ in range(chance.randint(0, 9)))
    return [pattern, int(flags), text, found(pattern, flags, text)]


def member():
    one = chance.choice(["a", "c", "z", "0", "9", "-", "^", "[", "\U0001f600", "é", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\]", r"\-", r"\x2d", r"\U0001F600", r"\55", r"\455", r"\8"])
    return one if chance.random() < 0.7 else f"{one}-{chance.choice(['b', 'z', '9', 'é', '-', chr(0x1f64f), chr(92) + 'd'])}"


def class_case():
    """Classes, quantifiers and braces among characters of all kinds."""
    signs = [f"[{chance.choice(['', '', '^'])}{''.join(member() for _ in range(chance.randint(1, 3)))}]" for _ in range(2)]
    signs += [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", ".", r"\x2d", r"\U0001F600", "}", "]", "{", "{,}", "{}", "+", "(?=a)"]
    pattern = "".join(chance.choice(signs) for _ in range(chance.randint(1, 3)))
    pattern = chance.choice(["", "", "", "(?a)", "(?s)"]) + pattern
    characters = "aaz09-^[]{}_ \n\x1c\x85\xa0\ufeff\u2003\u0663é\u4e2d\U0001f600\U0001f64f\U0001d7d9"
    text = "".join(chance.choice(characters) for _ in range(chance.randint(0, 9)))
    return [pattern, 0, text, found(pattern, 0, text)]


cases = [case() for _ in range(3000)] + [class_case() for _ in range(1500)]
short = [one for one in cases if len(one[0]) < 60]
file = pathlib.Path(__file__).parent / "patterns.json"
file.write_text("[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in short) + "\n]\n")
