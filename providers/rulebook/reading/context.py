"""Whether the operator says something of the own workload, as it shall be."""

from __future__ import annotations

import re

from providers.rulebook.reading.clauses import sentence, up_to_comma
from providers.rulebook.reading.denial import denied, left_behind
from providers.rulebook.reading.injection import injected
from providers.rulebook.reading.patterns import says
from providers.rulebook.reading.spans import last
from providers.rulebook.reading.tense import former
from providers.rulebook.reading.text import Text

_GUESS = re.compile(
    r"\b(?:what if|suppose|imagine|hypothetical\w*|someday|some day|one day|eventually|"
    r"in (?:the )?(?:\w+ )?future|down the (?:road|line)|might(?! be that| (?:only )?(?:need|have) to)|"
    r"may (?:also |later |one day |eventually )|maybe (?:later|one day|someday|next)|perhaps(?! (?:about |"
    r"around |some |~ ?)?\d)|considering|"
    r"thinking (?:about|of)|wonder(?:ing)? (?:if|whether) (?:we|i) (?:need|should|could)|evaluating|"
    r"if so|(?<!by )(?<!until )next year|later on|later this year|not decided|undecided|theoretically|"
    r"to be (?:decided|determined)|"
    r"if we (?:ever|were|"
    r"had|moved|"
    r"went|used)|if i (?:had|were|could|used)|"
    r"(?<!fine )(?<!ok )(?<!okay )(?<!good )if (?:they|you|someone|one|the|it|there|users?|this|that)|"
    r"falls wir|vielleicht|eventuell|irgendwann|könnten|if (?:we|i|you) (?:set|change|switch|try|turn|reduce|"
    r"increase)|in case|for example|e\.g\.|examples?:? (?=[$€£\d])|maybe you|roadmap)\b"
)
_NOT_YET = re.compile(r"[\w -]{1,20}\s?[:=]\s?(?:tbd|tba|unclear|offen)\b")
""" "GPU: TBD"."""
_OTHERS = re.compile(
    r"\b(?:competitors?|(?:the|your|their|its) (?:paper|article|blog|readme|tutorial|docs?|documentation|vendor|"
    r"other team|authors?|(?:training |example )?scripts?|experiments?|examples? (?:uses?|runs?))|(?:fraud|other|"
    r"another|sister|search|ads|neighbou?ring|different|recommendations?|data|"
    r"research)\s+team(?:'s)?"
    r"(?=\s+(?:has|uses|runs|pays|spends|got|gets|does|is|serves|wants|needs|had|hosts))|as paper|(?:from|on|in|per|"
    r"according to) your (?:\w+ ){0,2}(?:pages?|site|"
    r"docs|website|readme|blog|post|benchmarks?)|(?:the|our|those) \w+ (?:people|folks|guys|crowd|lot|squad|"
    r"desk)(?:,? (?:next door|upstairs|downstairs|across the \w+|down the \w+|over there|nebenan))?(?= (?:burn|"
    r"spend|have|has|"
    r"use|pay|run|get|got|want|need|are|serve)s?\b)|in (?:the|"
    r"their|your) paper|their (?:budget|setup|deployment|latency|cluster|figures?|model|endpoint|team|"
    r"system|service|gpus?|bill|infra\w*)|(?:google|meta|netflix|uber|(?<!azure )openai|amazon|microsoft|friend|"
    r"colleague|neighbou?r)s?(?:'s)? (?:has|uses|runs|says|spends|serves|gets|claims|told|pays)|"
    r"someone (?:else|said)|(?:someone|somebody|people|folks|users?|a guy) (?:on|in|at|from|"
    r"over) (?:[\w-]+ ){1,3}(?:says?|said|"
    r"claims?|claimed|told|wrote|writes?|recommend\w*|suggest\w*|thinks?)|"
    r"(?:our|the|your|my) (?:isp|provider|hoster|vendor|supplier|reseller)s? (?:only )?(?:gives?|offers?|"
    r"promises?|guarantees?|"
    r"charges?|quotes?|asks?)|"
    r"(?:friend|colleague|competitor|neighbou?r|customer|partner)s?'s? \w+ (?:has|uses|runs|does|gets|serves|"
    r"pays|spends|handles)|"
    r"i (?:saw|hear|heard|read|see) that (?:aws|gcp|azure|google|amazon|the|they)|(?:someone|"
    r"somebody|whoever|they|he|she|people|guy|person|colleague|vendor|consultant) "
    r"(?:told|recommend\w*|suggest\w*|promise[sd]?)|(?:docs?|documentation|(?:pricing )?page|site|(?:model )?card|"
    r"paper|article|readme|release notes|tutorial|(?:blog )?post|brochure|manual|leaflet|"
    r"datasheet|prospekt|broschüre) (?:only |just |also )?(?:lists?|shows?|says?|mentions?|states?|promises?|"
    r"nennt|sagt|verspricht)|"
    r"(?:aws|gcp|azure|google|amazon|microsoft|openai|huggingface|nvidia) (?:guarantees?|promises?|claims?|"
    r"advertises?)|"
    r"(?:seen|know|heard of) (?:people|others|folks|teams|companies)|"
    r"(?:colleagues|folks|people|guys|friends|team|office|branch) (?:in|at|from|over in) [\w-]+ (?:have|has|had|use|"
    r"uses|run|runs|"
    r"got|get|pay|pays)|die kollegen (?:aus|in|von|bei) [\wäöü-]+|"
    r"(?:der|die|ein|eine|unsere?) (?:kolleg\w+|chef\w*|anbieter|vertrieb\w*|berater\w*|hoster) (?:meint\w*|"
    r"sagt\w*|empfiehlt|"
    r"behauptet\w*|verspricht)|bei denen|"
    r"they (?:use|run|have|pay|spend|serve|get|claim|said|say|had|needed|reached|"
    r"got)|the public (?:one|api)|case study|price list|rate card|preisliste|benchmarks? (?:show|claim|say|"
    r"from)|advertises|"
    r"you(?:'re| are) (?:using|running|hosting|serving|getting)|you (?:use[ds]?|used|ran|run|trained|have used|"
    r"say|said|claim(?:ed)?|write|wrote|state[ds]?|reported?|"
    r"mention\w*|got)|were used|"
    r"der wettbewerb\w*|die konkurrenz|"
    r"other (?:companies|customers|teams|people|users|departments)|rumou?r|i (?:had |have |'ve )?(?:read|heard))\b"
)
_ASIDE = re.compile(
    r"\b(?:isn't|is not|aren't|are not|not) (?:a )?part of (?:this|it|that)\b|\b(?:is|are|stays?) out of scope\b|"
    r"\b(?:ist|sind) nicht teil\b|\bgehört nicht dazu\b"
)
"""The operator names it to leave it out."""
_OURS = re.compile(
    r"(?:[,;:(]|\b(?:but|and|whereas|while|so|aber|und)) ?(?:and |but |so )?(?:we|i|ours?|it is|it's|wir|ich|"
    r"unser\w*)\b"
)
"""How a clause begins that takes the word back for oneself."""
_ASKING = re.compile(
    r"^\W*(?:\d+\W+)?(?:(?:and|but|so|or|also|hi|hello|hey|hallo|then|btw|curious|und|aber),? )?(?:"
    r"(?:is|are|was|were|does|did|will|would|has|have|can|could|ist|sind|kann|können)\s+(?:it|they|this|"
    r"that|these|those|the|a|an|there|your|your? \w+|das|es|die|der|eine?)\b"
    r"|(?:does|did) (?:it|one|you|he|she)\b|(?:brauchen?|müssen) (?:wir|ich|man)\b|should (?:we|i|one)\b|"
    r"(?:is|are|was|were) (?:\w+ ){1,3}?(?:enough|sufficient|needed|required|necessary|supported|possible|subject|"
    r"relevant)\b|(?:does|do|is|are) [\w ]{1,30}? (?:even |really |still )?(?:apply|count|matter|required|"
    r"subject)\b|how (?:many|much) [^?]{1,40} do you need|what (?:did|were|was|do you|does your|are (?!the best|"
    r"some))\b|what(?: is|'s|s) your\b|"
    r"what (?:\w+ ){1,3}(?:were|was|did you|do you use)\b|"
    r"how (?:did|was|were|many of|do you)\b|(?:why|who|warum|what are|what's an?|was sind)\b)|\bwhether (?:it|this|"
    r"that|the|there|a|an|we need|i need)\b"
)
_ALONE = re.compile(r"(?:[\w -]{1,15}: ?)?[^\W\d][\w.+-]*(?: [\w.+-]+)? ?\?")
"""A name with a question mark: "GDPR?"."""
_ANSWER = re.compile(
    r"\s?(?:no|nope|nah|never|not|nein|nicht|yes|yep|yeah|sure|ok|okay|fine|please|ja|gern\w*|absolutely|definitely|certainly|"
    r"of course|why not|forget|don't)\b"
)
_NEED_ASKED = re.compile(r"\b(?:do|does|would) (?:we|i|you|it|one) (?:\w+ )?(?:need|require)(?: \w+)?\s*$")
_REQUEST = re.compile(
    r"\b(?:is it possible|is there (?:a|any|some)|would it be possible|would you|do you (?:recommend|"
    r"suggest|have (?:any )?(?:recommend|advice|example))|are there (?:any )?(?:plans|ways|examples|guides)|"
    r"please|feasible|do (?:it|this|that|the job)|handle|cope with|keep up with|sustain|what (?:would|is the best)|"
    r"which|(?:can|"
    r"could) (?:we|i|you|someone|"
    r"somebody) (?:please )?(?:get|have|"
    r"add|use|run|deploy|help|set|host|move|put|give|let|make|create|launch|start|keep|scale|serve|train|spin|raise|"
    r"provision|provide|enable|support)|do you (?:support|offer|provide))\b"
)
CORRECTION = re.compile(
    r"\b(?:sorry|(?<=, )no,? (?=(?:about |more like |rather )?[$€£~]?\d)|no,? wait|wait,?|correction|"
    r"scratch that|make (?:that|it)|i mean(?:t)?|actually|rather|"
    r"oops|my mistake|on second thou?ght|change (?:that|it|this) to|let'?s (?:say|make it)|strike that|edit|"
    r"update|"
    r"instead(?! of)|typo|korrektur|entschuldigung|doch lieber|ich meine|besser)\b[:,]?"
)


def guessed(text: Text, start: int) -> bool:
    return says(_GUESS, up_to_comma(text, start)) or _NOT_YET.match(text.working, start) is not None


def someone_elses(text: Text, start: int) -> bool:
    """Somebody else's case: named in the sentence, unless the word goes back to the operator in between."""
    words = sentence(text, start)
    if says(_ASIDE, words):
        return True
    if not says(_OTHERS, words):
        return False
    first = text.sentence(start).start
    own = last(_OURS, words[: start - first + 4])
    return own is None or says(_OTHERS, words[own.start() :])


def only_asked(text: Text, start: int) -> bool:
    """A yes-or-no question about the world, not a request."""
    span = text.sentence(start)
    words = text.slice(span)
    if _ALONE.fullmatch(words.strip()) and _ANSWER.match(text.working, span.end) is None:
        return True
    if not words.rstrip(" )\"'\n").endswith("?"):
        return False
    if _NEED_ASKED.search(text.working, max(span.start, start - 40), start):
        return True
    return says(_ASKING, words) and not says(_REQUEST, words)


def corrected_between(text: Text, start: int, end: int) -> bool:
    return CORRECTION.search(text.working, start, end) is not None


def claimed(text: Text, start: int, end: int) -> bool:
    """The operator says this of their own workload, as it shall be."""
    return not (
        injected(text, start)
        or denied(text, start, end)
        or left_behind(text, start)
        or guessed(text, start)
        or former(text, start, end)
        or someone_elses(text, start)
        or only_asked(text, start)
    )
