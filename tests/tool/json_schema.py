"""As much of JSON Schema (draft 2020-12) as contrib/schema needs; a word that it does not know is an error."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
NOTES = {"description", "$schema", "$defs", "title"}


def is_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def faults(value, schema, root, path="$"):
    """What does not fit, a line each."""
    found = []
    for word, wanted in schema.items():
        if word in NOTES:
            continue
        check = CHECKS.get(word)
        if check is None:
            raise ValueError(f"{path}: JSON Schema word {word!r} is not known here")
        found += check(value, wanted, root, path)
    return found


def check_ref(value, wanted, root, path):
    target = root
    for part in wanted.removeprefix("#/").split("/"):
        target = target[part]
    return faults(value, target, root, path)


def check_any_of(value, wanted, root, path):
    tried = [faults(value, one, root, path) for one in wanted]
    return [] if any(not one for one in tried) else [f"{path}: fits none of: {tried}"]


def check_properties(value, wanted, root, path):
    if not isinstance(value, dict):
        return []
    return [fault for name, schema in wanted.items() if name in value
            for fault in faults(value[name], schema, root, f"{path}.{name}")]


def check_members(value, wanted, root, path):
    return [fault for name, member in value.items() for fault in faults(member, wanted, root, f"{path}.{name}")]


def check_items(value, wanted, root, path):
    if not isinstance(value, list):
        return []
    return [fault for i, item in enumerate(value) for fault in faults(item, wanted, root, f"{path}[{i}]")]


def when(fits, text):
    """A check that says `text` with what was wanted and there."""
    return lambda value, wanted, root, path: [] if fits(value, wanted) else [f"{path}: {text} {wanted}, got {value!r}"]


CHECKS = {
    "$ref": check_ref,
    "anyOf": check_any_of,
    "allOf": lambda value, wanted, root, path: [fault for one in wanted for fault in faults(value, one, root, path)],
    "properties": check_properties,
    "additionalProperties": check_members,
    "items": check_items,
    "type": when(is_type, "expected"),
    "enum": when(lambda value, wanted: value in wanted, "expected one of"),
    "required": when(lambda value, wanted: not isinstance(value, dict) or set(wanted) <= set(value), "expected members"),
    "pattern": when(lambda value, wanted: not isinstance(value, str) or re.search(wanted, value), "expected"),
    "minimum": when(lambda value, wanted: not is_type(value, "number") or value >= wanted, "expected at least"),
}
