"""What is printed of a run.  A line of a table: name, ours, what stands beside it, ratio, goal, whether it is reached."""

HEAD = ("figure", "ours", "beside it", "ratio", "goal")


def text(table):
    """For a terminal."""
    lines = [(*HEAD, "")] + [(*line[:5], ("ok" if line[5] else "MISSED") if line[4] else "") for line in table]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def markdown(document):
    """For contrib/benchmarks.md: every figure that has a goal, and what they were measured on."""
    rows = [line[:5] for run in document["runs"] for line in run["table"] if line[4]]
    lines = ["| " + " | ".join(row) + " |" for row in (HEAD, ("---", *["---:"] * 4), *rows)]
    return "\n".join(lines + ["", f"Measured on {in_words(document['machine'])}, on {document['machine']['time'][:10]}, "
                                  f"at a load of {document['machine']['load'][0]:.1f} from others."])


def in_words(machine):
    return f"{machine['cores']} cores ({machine['processor']}), {machine['system']}"


def is_far_off(line):
    """A noisy machine may cost a tenth."""
    _, ours, _, ratio, goal, is_reached = line
    if is_reached:
        return False
    sign, limit = goal.split() if " " in goal else ("<=", goal)
    got, limit = float(ratio or ours), float(limit)
    return got < limit * 0.9 if sign == ">=" else got > limit * 1.1
