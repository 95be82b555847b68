"""What a module says, without comments, docstrings and layout: by this, students' modules are told apart.

The same few lines are written by half of a class, each with comments of their own. Modules of one essence get the same
random inputs, and in a class run one of them is judged for all. The source is only cut into tokens, never parsed or
run, for it may be hostile; where anything in it is unusual, the source itself is its essence.
"""

import io
import re
import tokenize
from functools import lru_cache

LAYOUT = (tokenize.ENCODING, tokenize.COMMENT, tokenize.NL)
"""Kinds of tokens that say nothing."""

BLOCK = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
"""Kinds of tokens whose text says nothing; that they are there does."""

UNUSUAL = re.compile(rb"[\0\t\f]|\r(?!\n)")
"""What the tokenizer may take for something else than Python does: tabs among spaces, a lone carriage return."""

LOOKS_AT_ITSELF = re.compile(
    r"__(file|doc|code|loader|spec|cached|import|future)__|(?<!\.)(?<!\. )\b(open|exec|eval|compile|help)\b"
    r"|\b(builtins|inspect|linecache|traceback|tokenize|importlib|sys|warnings|read_(text|bytes)|getsource\w*|(co|f|tb)_\w+)\b"
)
"""Words of code that may read its own text or ask for its place, so that its comments count after all."""

DOCSTRING = re.compile(r"[rRuUbB]{0,2}['\"][^\\]*", re.DOTALL)
"""A string that does nothing where it stands alone: no f-string, and no escapes, which may be syntax errors."""


SOURCE_BYTES = 50_000
"""Of a longer source, the source is the essence: the reference's modules have 5 kB, and tokens take time."""


LONG_LINE = re.compile(rb"[^\n]{2000}")
"""A line on which the tokenizer is slow where quotation marks do not end: the time grows with the square of the length,
0.02 s for 2,000 characters, 14 s for 50,000. No style guide allows so long a line."""

DOCSTRING_CHARACTERS = 6_000
"""Of longer docstrings in a module, tables may be made: they count. Those of the reference's have 900 to 3,400."""


@lru_cache(maxsize=64)
def essence(source: bytes) -> bytes:
    """The tokens of a module that make a difference; the source itself where that cannot be told for certain."""
    if len(source) > SOURCE_BYTES or UNUSUAL.search(source) or LONG_LINE.search(source):
        return source
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        if encoding not in ("utf-8", "utf-8-sig"):
            return source
        tokens = [token for token in tokenize.tokenize(io.BytesIO(source).readline) if token.type not in LAYOUT]
    except (SyntaxError, tokenize.TokenError, ValueError, LookupError, RecursionError):
        return source
    kept: list[tokenize.TokenInfo] = []
    left_out = 0
    for token in tokens:
        kept.append(token)
        if [one.type for one in kept[-2:]] == [tokenize.STRING, tokenize.NEWLINE]:
            alone = len(kept) == 2 or kept[-3].type in BLOCK
            if alone and DOCSTRING.fullmatch(kept[-2].string):
                left_out += len(kept[-2].string)
                del kept[-2:]
    odd = any(token.type == tokenize.ERRORTOKEN for token in kept)
    if odd or left_out > DOCSTRING_CHARACTERS or LOOKS_AT_ITSELF.search(" ".join(token.string for token in kept)):
        return source
    said = [f"{token.type} {'' if token.type in BLOCK else token.string!r}" for token in kept]
    return "\n".join(said).encode("utf-8", "surrogatepass")
