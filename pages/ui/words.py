"""Words on pages: the translation function of one run."""

from collections.abc import Callable, Iterable, Mapping

from data.text import Lang, translate


def speak(lang: Lang) -> Callable[..., str]:
    """Give a function that translates into `lang` and fills the named placeholders."""

    def say(message: str, **facts: object) -> str:
        return translate(message, lang, **facts)

    return say


def name_of(words: Mapping[str, str], code: object, lang: Lang) -> str:
    """Give the word for a code, or what stands in its place."""
    return translate(words[str(code)], lang) if str(code) in words else str(code)


def join_sentences(parts: Iterable[str], lang: Lang) -> str:
    """Put sentences one after the other; only English has a space between them."""
    return ("" if lang == "zh-CN" else " ").join(part for part in parts if part)
