"""The topics of the help: Markdown files that ship with the program; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from resources.loader import list_names, read_bytes
from views.language import Language, language_in_force
from views.shell.state import Page

FOLDER: Final = "help"
#: Which topic helps on which page.
TOPIC_OF: Final[dict[Page, str]] = {
    "tower": "tower",
    "what_if": "what-if",
    "approvals": "approvals",
    "kpis": "figures",
    "rules": "rules",
    "sources": "sources",
    "settings": "settings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic: its name, its title and its text in Markdown."""

    name: str
    title: str
    text: str

    @property
    def first_words(self) -> str:
        """How the text begins, without its marks."""
        return next((line for line in self.text.splitlines()[1:] if line.strip()), "").replace("**", "")


def topics() -> tuple[Topic, ...]:
    """All topics in the language in force, in the order of their file names (``10-tower.md``)."""
    return topics_in(language_in_force())


@cache
def topics_in(language: Language) -> tuple[Topic, ...]:
    """All topics in a language."""
    folder = FOLDER if language == "en" else f"{FOLDER}/{language}"
    found = []
    for file in list_names(folder, ".md"):
        text = read_bytes(folder, file).decode()
        title = text.splitlines()[0].lstrip("# ").strip()
        found.append(Topic(name=file.removesuffix(".md").partition("-")[2], title=title, text=text))
    return tuple(found)


def topics_with(words: str) -> tuple[Topic, ...]:
    """The topics that hold all these words, those with one in the title first."""
    wanted = words.casefold().split()
    found = [topic for topic in topics() if all(word in topic.text.casefold() for word in wanted)]
    return tuple(sorted(found, key=lambda topic: not any(word in topic.title.casefold() for word in wanted)))
