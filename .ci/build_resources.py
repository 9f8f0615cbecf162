"""Build the files under resources/ from four npm packages (run by a maintainer, never by a user).

Usage, from the checkout root::

    npm install --no-save --prefix DIR inter-ui@4.1.1 @tabler/icons@3.51.0 world-atlas@2.0.2 us-atlas@3.0.1
    python -m pip install --target DIR/py "fonttools[woff]"
    PYTHONPATH=DIR/py python .ci/build_resources.py DIR/node_modules resources

Everything it writes is committed, so that nobody who runs or tests the program needs npm.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

FONT_WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")

ICON_NAMES = """
access-point adjustments alarm alert-circle alert-triangle arrow-back-up arrow-right arrows-exchange
bell bolt building-warehouse chart-line check chevron-down chevron-left chevron-right chevron-up
circle-check clipboard-check clipboard-list clock cloud-off copy current-location dots download
external-link file-check filter git-compare help history info-circle list-details lock map-2 minus
moon note package plug-connected plus refresh route search send server settings shield-check
sort-descending stack-2 sun truck user world x zzz
""".split()  # noqa: SIM905 - as a list it would be sixty lines

# The US side of the Great Lakes: state outlines in this box are shores that the world atlas does not have.
GREAT_LAKES_BOX = (-92.6, 41.2, -75.9, 48.4)


def build_fonts(packages: Path, out: Path) -> None:
    """Convert the four Inter weights from woff2 to TTF, which every platform's Qt loads."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a tool of this step alone

    source = packages / "inter-ui"
    out.mkdir(parents=True, exist_ok=True)
    for weight in FONT_WEIGHTS:
        font = TTFont(source / "web" / f"Inter-{weight}.woff2")
        font.flavor = None
        font.save(out / f"Inter-{weight}.ttf")
    shutil.copyfile(source / "LICENSE.txt", out / "LICENSE-Inter.txt")


def build_icons(packages: Path, out: Path) -> None:
    """Copy the outline icons the window uses, with their licence."""
    source = packages / "@tabler" / "icons"
    out.mkdir(parents=True, exist_ok=True)
    for name in ICON_NAMES:
        text = (source / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        (out / f"{name}.svg").write_text(" ".join(text.split()).replace("> <", "><") + "\n", encoding="utf-8")
    shutil.copyfile(source / "LICENSE", out / "LICENSE-tabler-icons.txt")


def flat(arcs: list[Any]) -> Iterator[int]:
    """Yield every arc index of a nested TopoJSON arc list."""
    for arc in arcs:
        if isinstance(arc, list):
            yield from flat(arc)
        else:
            yield arc


def polygons_of(geometries: list[dict[str, Any]]) -> list[list[list[int]]]:
    """Return each polygon as a list of rings, each ring a list of signed arc indexes."""
    found: list[list[list[int]]] = []
    for geometry in geometries:
        if geometry["type"] == "Polygon":
            found.append(geometry["arcs"])
        elif geometry["type"] == "MultiPolygon":
            found.extend(geometry["arcs"])
        elif geometry["type"] == "GeometryCollection":
            found.extend(polygons_of(geometry["geometries"]))
    return found


def shared_arcs(geometries: list[dict[str, Any]]) -> tuple[set[int], set[int]]:
    """Return (arcs between two areas, arcs of one area only)."""
    owners: dict[int, set[int]] = {}
    for number, geometry in enumerate(geometries):
        for arc in flat(geometry.get("arcs", [])):
            owners.setdefault(arc if arc >= 0 else ~arc, set()).add(number)
    inner = {arc for arc, who in owners.items() if len(who) > 1}
    return inner, set(owners) - inner


def compact(topology: dict[str, Any], used: list[int]) -> tuple[dict[int, int], dict[str, np.ndarray]]:
    """Return (old arc number -> new, arrays) for the arcs in use, delta-coded as the source has them."""
    chosen = [np.asarray(topology["arcs"][arc], dtype=np.int32)[:, :2] for arc in used]
    arrays = {
        "arc_deltas": np.concatenate(chosen).T.copy(),
        "arc_lengths": np.asarray([len(arc) for arc in chosen], dtype=np.int32),
        "scale": np.asarray(topology["transform"]["scale"], dtype=np.float64),
        "translate": np.asarray(topology["transform"]["translate"], dtype=np.float64),
    }
    return {old: new for new, old in enumerate(used)}, arrays


def build_world(packages: Path, detail: str, out: Path) -> None:
    """Write one level of detail of the world: land polygons, coast lines and country borders."""
    topology = json.loads((packages / "world-atlas" / f"countries-{detail}.json").read_text(encoding="utf-8"))
    polygons = polygons_of([topology["objects"]["land"]])
    borders, _ = shared_arcs(topology["objects"]["countries"]["geometries"])
    coast = {arc if arc >= 0 else ~arc for arc in flat(polygons)}
    renumber, arrays = compact(topology, sorted(coast | borders))
    rings = [ring for polygon in polygons for ring in polygon]
    signed = [renumber[arc] if arc >= 0 else ~renumber[~arc] for ring in rings for arc in ring]
    np.savez_compressed(
        out / f"world_{detail}.npz",
        ring_arcs=np.asarray(signed, dtype=np.int32),
        ring_lengths=np.asarray([len(ring) for ring in rings], dtype=np.int32),
        polygon_lengths=np.asarray([len(polygon) for polygon in polygons], dtype=np.int32),
        coast_arcs=np.asarray([renumber[arc] for arc in sorted(coast)], dtype=np.int32),
        border_arcs=np.asarray([renumber[arc] for arc in sorted(borders - coast)], dtype=np.int32),
        **arrays,
    )


def inside_great_lakes(topology: dict[str, Any], arc: int) -> bool:
    """Say whether a state outline lies wholly in the box of the Great Lakes."""
    transform = topology["transform"]
    points = np.cumsum(np.asarray(topology["arcs"][arc], dtype=float)[:, :2], axis=0)
    lonlat = points * np.asarray(transform["scale"]) + np.asarray(transform["translate"])
    west, south, east, north = GREAT_LAKES_BOX
    (low_x, low_y), (high_x, high_y) = lonlat.min(axis=0), lonlat.max(axis=0)
    return bool(low_x >= west and high_x <= east and low_y >= south and high_y <= north)


def build_states(packages: Path, out: Path) -> None:
    """Write the US state lines and the US shores of the Great Lakes."""
    topology = json.loads((packages / "us-atlas" / "states-10m.json").read_text(encoding="utf-8"))
    borders, outlines = shared_arcs(topology["objects"]["states"]["geometries"])
    shores = {arc for arc in outlines if inside_great_lakes(topology, arc)}
    renumber, arrays = compact(topology, sorted(borders | shores))
    np.savez_compressed(
        out / "us_states.npz",
        state_arcs=np.asarray([renumber[arc] for arc in sorted(borders)], dtype=np.int32),
        shore_arcs=np.asarray([renumber[arc] for arc in sorted(shores)], dtype=np.int32),
        **arrays,
    )


def build_map(packages: Path, out: Path) -> None:
    """Write every geometry pack and the licences of their sources."""
    out.mkdir(parents=True, exist_ok=True)
    for detail in ("110m", "50m", "10m"):
        build_world(packages, detail, out)
    build_states(packages, out)
    shutil.copyfile(packages / "world-atlas" / "LICENSE", out / "LICENSE-world-atlas.txt")
    shutil.copyfile(packages / "us-atlas" / "LICENSE", out / "LICENSE-us-atlas.txt")


def main(arguments: list[str]) -> int:
    """Build fonts, icons and map packs; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", type=Path, help="the node_modules folder that holds the four packages")
    parser.add_argument("out", type=Path, help="the resources folder to write to")
    options = parser.parse_args(arguments)
    build_fonts(options.packages, options.out / "fonts")
    build_icons(options.packages, options.out / "icons")
    build_map(options.packages, options.out / "map")
    total = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    print(f"{options.out}: {total / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
