"""The one encoder for text that ends up beside a drawn map.

folium renders an element, then branca reads the rendered text *as a template* again; a browser
may read the same text inside a JavaScript template literal. Escaping HTML alone stops neither,
so the characters that are live in those places become numeric entities as well. A browser shows
every entity as the character that was written.
"""

import html
from typing import Final

_LIVE: Final = str.maketrans(
    {character: f"&#{ord(character)};" for character in "`{}$\\"}
    | dict.fromkeys("\r\n\u2028\u2029", " "),
)


def encode_text(text: str) -> str:
    r"""Encode `text` for an HTML text node or a quoted attribute.

    Line ends become spaces: LINE and PARAGRAPH SEPARATOR end a line in JavaScript too.

    Returns
    -------
    encoded
        Contains none of ``< > " ' ` { } $ \`` and no line end; `&` only begins an entity.
    """
    return html.escape(text, quote=True).translate(_LIVE)
