"""Groups log lines by their level."""

from collections import defaultdict


def group_by_level(lines, groups=defaultdict(list)):
    for line in lines:
        level, _, message = line.partition(": ")
        groups[level.upper()].append(message)
    return groups


if __name__ == "__main__":
    print(dict(group_by_level(["info: started", "error: connection reset"])))
    print(dict(group_by_level(["info: stopped"])))
