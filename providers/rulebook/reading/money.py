"""Budgets: money a month, in US dollars. Prices, bills and one-off purchases are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import clauses, context, items, tense
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.exchange import conversion, in_dollars
from providers.rulebook.reading.floors import floor_at, joins_on
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases, says
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.sums import BARE_BEFORE, Sum, money_at, period_named
from providers.rulebook.reading.text import Span, Text
from providers.rulebook.reading.units import ADVERB, PERIOD, factor

_BUDGET = phrases(
    r"""(?:(?:total|overall|monthly|annual|yearly|weekly|daily|infra(?:structure)?|cloud|compute|gpu|hosting|
        max(?:imum)?|our|my|team|project|jahres|monats)[- ]?)*budget(?:ed|s)?|spend(?:ing)?(?: limit| cap)?|
        cost (?:cap|limit|ceiling|target)|nte|envelope|allowance|costs?|price (?:cap|limit)|cap|ceiling|
        kosten(?:grenze|rahmen)?|kostet|
        ausgeben|afford|pay|cheaper|bill"""
)
_LIMIT = phrases(
    r"""budget\w*|jahresbudget|monatsbudget|at most|no more than|not more than|not exceed|must not exceed|
    max\.?|(?:may|shall|must|dürfen|darf) (?:spend|cost|pay|use up|kosten)|
        maximum|under|below|less than|up to|within|cap|capped|ceiling|limit\w*|can spend|could spend|want to spend|
        willing to (?:pay|spend)|(?:able|happy|ready) to (?:pay|spend)|(?:can|could|will|would) pay|given|ours is|
        mine is|i get|we get|prepared to (?:pay|spend)|to spend|spend up to|can afford|
        afford|(?:spend|cost|pay|go|be) (?:more than|over|above)|mehr als|costs? should|should cost|aim\w*|hop(?:e|
        ing)|keep|stay|(?:cheaper|pricier|dearer|more expensive|teurer) (?:than|als)|nte|not[- ]to[- ]exceed|envelope|
        allowance|earmark\w*|set aside|allotted|allocated|granted|signed off|we've|i've|(?:not|\w*n't|never) (?:top|
        pass|
        surpass|break|cross|run (?:us|me)(?: more than| over)?|set (?:us|me) back|cost (?:us|me) (?:more than|over))|
        zur verfügung|(?:cut|reduc\w+|lower\w*|rais\w+|trim\w*|slash\w*|drop|bring|brought|get|gesenkt|senken|halve|
        from [$€£\d.,k]+)\b
        (?: it| this| that| us| the \w+| our \w+)?\s(?:down |up )?(?:to|auf)|allowed|available|approved|höchstens|
        maximal|unter|bis zu|ausgeben|"""
    r"""nicht mehr als|kostenrahmen|target|lower|reduce|raise|increase|make (?:it|that)|set|tops|have"""
)
_ALWAYS_LIMIT = re.compile(r"<=?\s?[$€£]?\s?$")
_ONE_OFF = phrases(
    r"""in total|total (?:budget|of|spend\w*|costs?)|overall|buy|buying|purchas\w*|one-?off|one-?time|once|
    upfront|up-front|hardware|workstation|
        build a (?:pc|rig|server)|graphics card|in total for the (?:whole|entire)|whole project|entire project|
        kaufen|einmalig|anschaff\w*|per gpu|per run|per training run|for the (?:whole|entire) (?:project|training|
        run)|grant|credits|credit(?= (?:of|from|by))"""
)
_PRICE = re.compile(
    r"\s?(?:(?:/|per|a|an|each|pro|je) ?(?:1k|1m|k|m|thousand|million|1,?000|request|req|call|token|image|"
    r"prediction|inference|user|seat|gpu|instance|node|replica|card|vcpu|core|hour per|gb|tb|query|"
    r"transaction|document|page|"
    r"anfrage|item|unit|run|customer|gpu-?hour)s?\b|[ -]worth|\s(?:[a-z]+ )?(?:bill|invoice|rechnung)\b|"
    r"\s(?:transactions?|loans?|orders?|invoices?|"
    r"revenue|purchases?|payments?|salary|salaries|prize)\b)"
)
_TRADED_BEFORE = re.compile(
    r"\b(?:loans?|orders|payments?|transfers?|transactions|claims|credits|purchases|invoices|bookings|amounts|"
    r"withdrawals|carts|baskets|"
    r"deposits|sums insured|mortgages|donations|bets)\s(?:of |worth )?(?:up to|of|above|over|below|under|from|"
    r"at most|more than|less "
    r"than|between|larger than|exceeding|beyond) (?:about |around )?[$€£]?\s?$"
)
"""In front of what changes hands, which is no money of the operator's."""
_SPENT = phrases(
    r"""adds? up|adding up|it (?:seems|looks|appears)|currently|right now|at the moment|burn rate|bill (?:is|was|
        went)|costs? us|we(?:'re| are)? (?:pay|paying|spending|spend|spent|paid)|i(?:'m| am)? (?:pay|paying|
        spending|spent|paid)|was|were|cost =|estimate\w*|jumped|went up|unsustainable|previously|last (?:month|
        year|week)|today we|derzeit|aktuell|momentan|save[sd]?|saving|savings|free|credits?|charg(?:e[ds]?|ing)|
        invoice[ds]?|(?:be)?zahlen|(?:be)?zahlt|
        (?:is|was) what (?:the|our|my) \w+(?: \w+)?|
        (?:utili[sz]ing|using) (?:about |around |roughly |over |up to )?[$€£]?\d\w*|
        losing|lost|lose|fine|fines|penalt\w*|revenue|worth"""
)
_ONLY_PERIOD = re.compile(
    rf"\b(?:that(?:'s| was| is)?|i mean(?:t)?|it(?:'s| was| is)|this is|make (?:that|it)|das war|wait|sorry|"
    rf"actually)[ ,]*(?:meant )?(?:to be |as )?(?P<period>(?:{PERIOD.pattern})|(?:{ADVERB.pattern}))"
)
_PLAIN_LIMIT = re.compile(
    r"budget|(?:was|were|been|got) (?:given|granted|allotted|allocated|promised)|at most|under|below|max|cap\b|no more"
)
_ALL_THERE_IS = re.compile(
    r",? (?:is|are|'s) (?:about )?(?:what (?:there is|(?:we|i) (?:have|can|got)|we've|i've)|all (?:we|i|there|that)|"
    r"the (?:limit|max\w*|ceiling|cap|budget|most)|(?:fine|ok|okay|doable|possible|approved|available|tops|it)\b)|"
    r",? (?:steht|stehen|ist|sind) (?:zur verfügung|das maximum|drin|machbar)"
)
_TOO_MUCH_BEFORE = re.compile(r"\b(?:more than|over|above|beyond|north of|mehr als|über)\s+[$€£]?\s?$")
_TOO_MUCH_AFTER = re.compile(
    r"[\w ]{0,20}\b(?:(?:is|are|would be|sind|ist|wäre) (?:not|too|out|nicht|zu)|isn't|aren't|(?:will|would|"
    r"can) not|won't|"
    r"can't|cannot|wouldn't|geht nicht|gehen nicht)\b"
)
_MORE_THAN = re.compile(r">\s?[$€£]?\s?$")
_NO_LIMIT = phrases(
    r"""costs?|costing|pric(?:es?|ed|ing)|charg\w+|fees?|subscriptions?|tiers?|rent\w*|leas(?:e|ing)|salar\w+|earn\w*|
        revenue|sales|mrr|arr|profits?|income|invoice[ds]?|quot(?:e[ds]?|ing)|bills?|billed|list(?:ed|s)?|sells?|sold|
        idle|unused|
        pays?|paying|paid|spen[dt]s?|spending|starts? (?:at|from)|starting (?:at|from)|gehalt|preis\w*|kostet\w*|
        makes?|making|compared (?:to|with)|versus|offers?|plan (?:at|for|of)|wast\w+|raised|fund\w+|rate"""
)
_RELATIVE = phrases(r"halv(?:e|ed|ing)|half|cut(?:s|ting)?|doubl\w+|tripl\w+|halbier\w*|verdoppel\w*|percent")
_CHANGE = re.compile(
    r"\b(?:by|um)\s+(?:about |around |at (?:least|most) |up to |(?:no |not )?more than |"
    r"mehr als |max\.? )*[$€£]?\s?$"
)
_EQUALS = re.compile(
    r"(?:\b(?:is|are|be|'s|was|comes? to|runs?|from|versus|vs\.?|than)|=)\s+(?:about |around |roughly |~)*$"
)
_OF_A_MACHINE = re.compile(
    r"\b(?:instances?|vms?|machines?|box(?:es)?|servers?|nodes?|gpus?|cards?|seats?|licen[cs]es?|\w+\.\d*x?large|"
    r"[ahltv]\d{1,3}g?s?),? (?:at|for) (?:about |around |roughly |~)*$"
)
_PRICED = phrases(
    r"""pric(?:es?|ed|ing)(?! (?:model|engine|service|an?|this|it|up)\b)|costs?|list(?:ed|s)?|quot(?:e[ds]?|ing)|
        offers?|vendors?|
    (?:pro|basic|enterprise|business|starter|free|premium) plan|plan (?:pro|
        basic|enterprise|business|starter|premium|[a-c])|plans|tiers?|packages?|sav(?:e[ds]?|ing|
        ings)|worth|raised|revenue|sales|salar\w+|invoice[ds]?|bill(?:ed|s)?|paid|pays?|spent|spend|rent\w*|
        leas(?:e[ds]?|ing)|was|were|ran|
        had|took|today|currently|right now|now|bought|sells?|sold|for sale|ebay|workstation|laptop|
        instead|versus|vs|benchmark\w*|results?|measured"""
)
"""In a list that tells what something costs, or what was."""
_PRICED_THING = re.compile(
    r"^\W*(?:an? |the |1x? ?)?(?:[\w.-]+\.\d*x?large|[a-z]\d[\w-]*-(?:standard|highgpu|highmem|highcpu)\S*|"
    r"standard_\w+|"
    r"(?:nvidia |rtx )?(?:[ahtlv]\d{1,3}s?|\d{4}(?: ti)?)(?: \d+ ?gb)?|\d+ ?gb(?: v?ram)?|jetson[\w ]*)\W*$"
)
"""In front of what it sells for."""
_MONEY_LABEL = re.compile(r"\W*(?:money|funds|cash|max\w*|limit|spend|monthly|per month|our limit)\W*")
_BUDGET_NEAR = re.compile(r"\bbudget\b[^.;\n\d]{0,40}$")
_LEAST = 10
"""Dollars; what a list names for less is a price."""
_FRAGMENT = re.compile(r"[,;:(\n]\s*$")


def budgets(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    sums = [found for amount in amounts if (found := money_at(text, amount)) is not None]
    bought = _ONE_OFF.search(text.working) is not None
    sums = [found for found in sums if found.period is not None or not (bought or _is_whole(text, found))]
    caps, least = list[Candidate | Doubt](), list[Sum]()
    for position, found in enumerate(sums):
        if floor_at(text, found) is not None:
            least += [found] if _is_budget(text, found) or joins_on(text, found) else []
            continue
        if not (_is_budget(text, found) or (len(sums) == 1 and _is_item(text, found))):
            yield from _bill(text, found)
            continue
        until = sums[position + 1].start if position + 1 < len(sums) else len(text.working)
        period = _corrected_period(text, found, until) or found.period
        caps += _budget(text, found, period or "month")
    yield from caps
    yield from (_floor(text, found, alone=not caps) for found in least)


def _floor(text: Text, found: Sum, *, alone: bool) -> Candidate | Doubt:
    place = floor_at(text, found) or Span(found.start, found.end)
    if alone:
        origin = text.origin(place.start, place.end)
        words = text.original[origin.start : origin.end]
        reason = f"“{words}” says the least it may cost, and a plan is held to the most."
        return Doubt("monthly_budget_usd", place.start, place.end, reason)
    value = round(_monthly(found, found.period or "month"), 2)
    return Candidate("monthly_budget_usd", value, place.start, place.end, "budget", 0, floor=True)


def _monthly(found: Sum, period: str) -> float:
    """US dollars. Money has two decimals or none: the dot in "$4.000" groups thousands."""
    return in_dollars(found.amount.count, found.currency) / factor(period, "month")


def _is_whole(text: Text, found: Sum) -> bool:
    """ "$900 in total": for all of it, not for a month."""
    return re.search(r"\b(?:total|overall)\b", clauses.sentence(text, found.start)) is not None


def _bill(text: Text, found: Sum) -> Iterator[Candidate]:
    """What is paid today: no budget, but "we want $6k" leans on it."""
    paid = found.period is not None and says(_SPENT, clauses.clause(text, found.start, found.end))
    if paid and not context.someone_elses(text, found.start):
        scale = in_dollars(1.0, found.currency) / factor(found.period or "month", "month")
        value = round(found.amount.count * scale, 2)
        yield Candidate("monthly_budget_usd", value, found.start, found.end, "bill", 0, scale, today=True)


def _budget(text: Text, found: Sum, period: str) -> Iterator[Candidate | Doubt]:
    start = stated_from(text, _BUDGET, found.start)
    dollars = _monthly(found, period)
    if dollars <= 0 or found.negative:
        yield Doubt("monthly_budget_usd", start, found.end, "A budget has to be above zero.")
        return
    exchanged = conversion(found.amount.count, found.currency, period)
    rule = f"budget, {exchanged}" if exchanged else "budget"
    yield Candidate("monthly_budget_usd", round(dollars, 2), start, found.end, rule, 2 if found.period else 1)


def _is_too_much(text: Text, found: Sum) -> bool:
    """ "more than $900 a month is not in it" sets the limit that the negation would hide."""
    over = _TOO_MUCH_BEFORE.search(text.working, max(0, found.start - 20), found.start) is not None
    return over and _TOO_MUCH_AFTER.match(text.working, found.end) is not None


def _is_budget(text: Text, found: Sum) -> bool:
    if _is_too_much(text, found):
        return not (context.injected(text, found.start) or context.someone_elses(text, found.start))
    if not context.claimed(text, found.start, found.end) or _PRICE.match(text.working, found.end):
        return False
    if _TRADED_BEFORE.search(text.working, max(0, found.start - 50), found.start):
        return False
    clause = clauses.segment(text, found.start, found.end)
    before = text.working[max(text.sentence(found.start).start, found.start - 70) : found.start]
    if found.period == "hour" and "budget" not in clauses.sentence(text, found.start):
        return False
    limited = (
        _LIMIT.search(clauses.segment(text, found.start, found.start))
        or says(_LIMIT, clause)
        or _ALWAYS_LIMIT.search(before)
        or _ALL_THERE_IS.match(text.working, found.end)
        or _MONEY_LABEL.fullmatch(items.listing(text, found.start).label)
    )
    if says(_SPENT, clause) and not (limited and says(_PLAIN_LIMIT, clause)):
        return False
    if _MORE_THAN.search(before) or _CHANGE.search(before):
        return False
    if limited or context.CORRECTION.search(before) or _BUDGET_NEAR.search(before) or BARE_BEFORE.search(before):
        return True
    if says(_NO_LIMIT, before) and _FRAGMENT.search(before):
        return False
    fragment = _FRAGMENT.search(text.working[max(0, found.start - 5) : found.start]) is not None or found.start < 2
    return (fragment and found.period is not None and found.named) or _stands_alone(text, found, before)


def _is_item(text: Text, found: Sum) -> bool:
    """ "300 req/s, p95 80 ms, EU, $4k": the only sum, alone between commas in a list of facts."""
    if found.period == "hour" or found.amount.count < _LEAST or not items.alone(text, found.start, found.end):
        return False
    if not context.claimed(text, found.start, found.end):
        return False
    place = items.listing(text, found.start)
    if place.label and len(place.label.split()) <= 3 and _MONEY_LABEL.fullmatch(place.label) is None:
        return False
    before = text.slice(place.others[0]) if place.others and place.others[0].end <= found.start else ""
    if _PRICED_THING.match(before) or says(_PRICED, items.words(text, found.start)):
        return False
    return items.facts(text, found.start) >= 2


def _stands_alone(text: Text, found: Sum, before: str) -> bool:
    """ "serve it at $2k a month": the period alone makes it a budget, unless it is a price, a bill, or a change."""
    if not (found.named and found.periodic) or found.period == "hour":
        return False
    if _EQUALS.search(before) or _OF_A_MACHINE.search(before):
        return False
    if tense.present_state(text, found.start, found.end):
        return False
    sentence = clauses.sentence(text, found.start)
    return not (says(_NO_LIMIT, sentence) or says(_SPENT, sentence) or says(_RELATIVE, sentence))


def _corrected_period(text: Text, found: Sum, until: int) -> str | None:
    """ "Budget is $900. Sorry, that is per week." """
    match = _ONLY_PERIOD.search(text.working, found.end, min(until, found.end + 60))
    if match is None or not context.corrected_between(text, found.end, match.end()):
        return None
    words = match["period"].strip()
    return period_named(PERIOD, f" {words}") or period_named(ADVERB, words)
