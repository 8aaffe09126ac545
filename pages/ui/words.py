"""Words on pages: the translation function of one run."""

from collections.abc import Callable

from data.text import Lang, translate


def speak(lang: Lang) -> Callable[..., str]:
    """Give a function that translates into `lang` and fills the named placeholders."""

    def say(message: str, **facts: object) -> str:
        return translate(message, lang, **facts)

    return say
