"""The names of GPUs as they are written."""

from __future__ import annotations

from providers.rulebook.reading.patterns import listed
from providers.rulebook.reading.terms import Vocabulary

_MAKER = r"(?:nvidia[- ]|tesla[- ]|geforce[- ]|rtx[- ]?|gtx[- ]?|quadro[- ]|amd[- ]|instinct[- ])*"
_DATACENTER = listed(
    """a100 h100 h200 h800 a800 gh200 b100 b200 gb200 v100 p100 k80 t4 l4 l40s l40 a10g a10 a16 a30 a40 m60 p40 p4
    h20 l20 b300 a6000 a5500 a5000 a4500 a4000 mi325x mi250x mi250 mi300x mi210 mi100"""
)
_CONSUMER = listed("1050 1060 1070 1080 2060 2070 2080 3050 3060 3070 3080 3090 4060 4070 4080 4090 5070 5080 5090")
_ONE_CARD = (
    r"(?:(?<=single )|(?<=one )|(?<=my )|(?<=an rtx )|(?<=x )|(?<=dual )|(?<=rented )|(?<=an old )|(?<=used )|"
    r"(?<=own )|(?<=on a )|(?<=with a )|(?<=have a )|"
    r"(?<=using a )|"
    r"(?<=gpu ))"
)
_GPU_NEAR = r"(?=s?\b[^.;\n]{0,15}\bgpus?\b)"
_MEMORY = r"(?:[- ]?\d{2,3} ?gi?b)?(?: ?gpus?)?"


def _datacenter(name: str) -> str:
    return rf"{_MAKER}{name}s?{_MEMORY}(?!\.\w|[- ]load)"


def _consumer(name: str) -> str:
    """A bare number such as 3090 needs a maker, a GPU or a single one beside it."""
    return (
        rf"(?:{_MAKER[:-1]}+{name}(?: super)?s?(?: ?gpus?)?|{name}s?(?: ?gpus?|{_GPU_NEAR})|{name}s(?!\w)|"
        rf"{_ONE_CARD}{name})"
    )


CARDS = Vocabulary(
    {"RTX 6000 Ada": r"(?:nvidia )?rtx[- ]?6000[- ]ada", "RTX PRO 6000": r"(?:nvidia )?rtx (?:pro[- ]6000|6000 pro)"}
    | {
        "Titan RTX": r"(?:nvidia )?titan rtx",
        "Titan Xp": r"(?:nvidia )?titan xp?",
        "Titan V": r"(?:nvidia )?titan v",
    }
    | {name.upper(): _datacenter(name) for name in _DATACENTER}
    | {f"{name} Ti": _consumer(f"{name}[- ]?ti") for name in _CONSUMER}
    | {name: _consumer(name) for name in _CONSUMER}
)
