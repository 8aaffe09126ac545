"""The Chinese fonts: cut to size at set-up, served from our own address.

Each face is cut into two files. *core* holds every character of the program's own texts; it is
small and always loaded. *rest* holds the remaining characters of GB 2312, for names that come
from data; a browser fetches it only when such a character is on the page. `.streamlit/config.toml`
names both, in that order.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "web" / "assets" / "fonts"
MANIFEST = FOLDER / "fonts.json"
SOURCES = ROOT / "node_modules" / "@expo-google-fonts"

# Where the program's own texts stand.
TEXTS = (
    "*.py",
    "data/**/*.py",
    "geo/**/*.py",
    "pages/**/*.py",
    "web/**/*.py",
    "pages/ui/map/src/**/*.js",
    "i18n/**/*.po",
    "data/seed/*",
)

FEATURES = ("ccmp", "halt", "kern", "locl", "palt")


@dataclass(frozen=True)
class Face:
    """One weight of one family, and the file that it is cut from."""

    name: str
    source: Path


@dataclass(frozen=True)
class FontFile:
    """A built file: its name, its size and what its bytes hash to (an ETag)."""

    name: str
    size_bytes: int
    sha256: str


FACES = (
    Face("sans-400", SOURCES / "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"),
    Face("sans-700", SOURCES / "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf"),
    Face("serif-600", SOURCES / "noto-serif-sc/600SemiBold/NotoSerifSC_600SemiBold.ttf"),
)


def gb2312_characters(first_row: int = 1, last_row: int = 87) -> frozenset[str]:
    """List the characters of GB 2312 (GB/T 2312-1980) in some of its rows (区).

    Rows 1 to 9 are signs and other alphabets, 16 to 55 the frequent and 56 to 87 the less
    frequent Chinese characters.
    """
    places = (
        bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312", "ignore")
        for row in range(first_row, last_row + 1)
        for cell in range(1, 95)
    )
    return frozenset(place for place in places if place)


def own_characters() -> frozenset[str]:
    """Collect every character that the program itself may write, with Latin and common signs."""
    characters = set(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180)]))
    characters |= gb2312_characters(1, 3) | set("–—−≤≥≠±×·•…‘’“”←↑→↓↔✓✕▲▼▶◆○●◐°²³¥")
    for pattern in TEXTS:
        for path in ROOT.glob(pattern):
            if path.is_file():
                characters.update(path.read_text(encoding="utf-8", errors="ignore"))
    return frozenset(one for one in characters if one.isprintable())


def cut(face: Face, characters: frozenset[str], target: Path) -> None:
    """Write the part of `face` that draws `characters` to `target`, as WOFF2."""
    options = Options()
    options.layout_features = list(FEATURES)
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables = [*options.drop_tables, "vhea", "vmtx"]
    options.name_IDs = [0, 1, 2, 5, 13, 14]  # who made it and its licence stay inside
    with TTFont(face.source, lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text="".join(sorted(characters)))
        subsetter.subset(font)
        font.flavor = "woff2"
        part = target.with_suffix(".part")
        font.save(part)
    part.replace(target)


def built_fonts() -> tuple[FontFile, ...]:
    """List the built files, as the manifest has them; none before set-up."""
    if not MANIFEST.is_file():
        return ()
    files = json.loads(MANIFEST.read_text(encoding="utf-8"))["files"]
    return tuple(FontFile(name, one["bytes"], one["sha256"]) for name, one in files.items())


def _wanted() -> Iterator[tuple[Face, str, frozenset[str]]]:
    core = own_characters()
    rest = gb2312_characters() - gb2312_characters(1, 3)
    for face in FACES:
        yield face, "core", core
        yield face, "rest", rest


def _fingerprint(face: Face, characters: frozenset[str]) -> str:
    """Name what a file is made of, so that it is made again only when that changes."""
    package = face.source.parents[1] / "package.json"
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    parts = [version, *FEATURES, "".join(sorted(characters))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def build() -> tuple[FontFile, ...]:
    """Cut every font file that is missing or made of something else than today's texts.

    Raises
    ------
    FileNotFoundError
        The font packages are not installed.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    known = json.loads(MANIFEST.read_text(encoding="utf-8"))["files"] if MANIFEST.is_file() else {}
    made_of: dict[Path, str] = {}
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = []
        for face, part, characters in _wanted():
            target = FOLDER / f"{face.name}-{part}.woff2"
            made_of[target] = _fingerprint(face, characters)
            fresh = known.get(target.name, {}).get("made_of") == made_of[target]
            if not (fresh and target.is_file()):
                jobs.append(pool.submit(cut, face, characters, target))
        for job in jobs:
            job.result()
    for face in FACES:  # the licence travels with the files
        licence = face.source.parents[1] / "LICENSE_FONT"
        (FOLDER / f"{face.name}-LICENSE.txt").write_bytes(licence.read_bytes())
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "made_of": fingerprint,
        }
        for path, fingerprint in made_of.items()
    }
    MANIFEST.write_text(json.dumps({"files": files}, indent=1) + "\n", encoding="utf-8")
    return built_fonts()


def main() -> None:
    """Build the fonts and say how large they are."""
    for file in build():
        sys.stdout.write(f"      {file.name:24}{file.size_bytes / 1000:8.0f} kB\n")


if __name__ == "__main__":
    main()
