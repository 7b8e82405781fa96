"""Compliance regimes and the sensitivity of data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context, denial, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.patterns import joined
from providers.rulebook.reading.terms import Mention, Vocabulary
from providers.rulebook.reading.text import Text

REGIMES = Vocabulary(
    {
        "gdpr": r"gdpr|dsgvo|general data protection regulation|datenschutz-?grundverordnung|uk[- ]gdpr",
        "hipaa": r"hipaa|hippa",
        "pci": r"pci(?:[- ]?dss)?(?!e|[- ]express)",
        "soc2": r"soc[- ]?(?:2|ii|two)(?: type (?:1|2|i|ii))?",
        "fedramp": r"fed-?ramp",
        "iso27001": r"iso(?:/iec)?[- ]?27001",
    }
)
_PERSON = (
    r"(?:customer|user|client|employee|staff|citizen|member|resident|applicant|student|subscriber|passenger)s?'?s?'?"
)
_DETAIL = joined(
    r"""(?:(?:full |first |last )?names?|(?:phone|telephone|mobile)(?: numbers?)?|e-?mails?(?: addresses)?|(?:home |
        postal |
        street )?address(?:es)?|dates? of birth|birth ?(?:dates?|days?)|social security numbers?|ssns?|
        passport numbers?|namen|
        adressen|telefonnummern|geburtsdat\w+)"""
)
_PII = joined(
    rf"""piis?|personally identifiable(?: information| data)?|(?:personal|private) (?:data|info|information|details)|
        (?:identif(?:y|ies|ying)|names?) (?:individuals|people|persons)|
        (?:applicants?|candidates?)'?s?'? (?:cvs|resumes|data|profiles)|cvs|résumés|(?:(?<=parse )|(?<=screen )|
        (?<=rank )|(?<=of )|(?<=read ))resumes|resumes (?:of|from)|job applications|
        lebensläufe|mandantendaten|bewerb\w+daten|tax returns|voice ?prints?|fingerprints|licen[cs]e plates|
        kennzeichen|gps traces|
        personenbezogene\w*(?: daten)?|persönliche daten|kundendaten|mitarbeiterdaten|(?:customer|client|
        employee|citizen)(?:s'|'s)? data(?! (?:platform|team|science|warehouse|
        model))|{_PERSON} (?:{_DETAIL}|addresses|e-?mails|pii|
        personal data|phone numbers|records)|private {_PERSON} data|social security numbers?|ssns?|
        {_DETAIL}(?:,| and| &| und| oder| or) {_DETAIL}|faces of (?:people|{_PERSON})|biometric(?:s| data)|
        passports?|id cards"""
)
_PHI = joined(
    r"""phi(?![- ]?\d|[- ](?:mini|small|medium|model))|protected health information|patient(?:s'?|'s)? (?:data|
        records?|notes?|files?|information|charts?|images|scans)|patient(?:en|inn?en)\w{3,}|gesundheitsdaten|
        arztbriefe?n?|
        krankenakten?|befunde?n?|(?:of|from|for) (?:our |the |real )?patients|(?:hospital|clinic(?:al)?|discharge|
        doctors?'?s?'?|physicians?'?|nursing|
        radiology|pathology|lab) (?:\w+ )?(?:letters?|notes?|reports?|records?|summar(?:y|ies)|results)|(?:ct|mri?|
        pet|mammo\w*|ultrasound|
        radiology) (?:scans?|studies|images|exams)|mammograms?|dicom|radiographs?|ecgs?|prescriptions|
        diagnos(?:es|is) (?:codes?|data|of)|(?:medical|clinical|health|healthcare) (?:records?|data|notes|reports|
        imag(?:es?|ing)|scans|histor(?:y|
        ies))|ehr(?:s| data)?|
        electronic health records?|medizinische\w* daten|health information"""
)
_FINANCIAL = joined(
    r"""cardholder data|(?:credit |payment |debit )?card (?:data|numbers?|details)|(?:financial|banking|bank|
        payment|payments) (?:data|records|transactions?|information|statements?)|finanzdaten|kontodaten|
        account (?:numbers?|balances?|statements?)|(?:loan|mortgage|credit) (?:applications?|files?|data|histor(?:y|
        ies)|scores?|reports?)|
        ibans?|kreditdaten|(?:trades|trading|order book) (?:data|records|and quotes)|pay ?slips?|payroll|
        card (?:payments?|swipes?)|transaction(?:al)? data|(?:card|bank) transactions"""
)
_INTERNAL = joined(
    r"""(?:company[- ])?internal (?:docs?|documents?|documentation|data|wiki|knowledge(?: base)?|use(?: only)?|
        only|reports?|emails?|policies|files|confluence)|internal-only|confidential(?: data| documents?)?|
        proprietary (?:data|documents?)|(?:trade|company|business) secrets?|interne\w* (?:daten|dokumente)|
        vertrauliche\w*(?: (?:daten|
        dokumente))?|company[- ]confidential"""
)
_CONTENT = r"(?:data|datasets?|contents?|texts?|documents?|images|material|everything|sensitivity|daten|inhalte)"
_LEVEL = r"(?: (?:is|are|ist|sind))?(?: all| only| just| classified as| completely)?[ :]{1,2}"
_PUBLIC = joined(
    rf"""public (?:data|datasets?|data ?sets?|documents?|information|web pages|corpus|domain data)|
        publicly available (?:data|datasets?|documents)|open (?:\w+ )?data|öffentliche\w* \w*daten|
        public,? no personal data|public[- ]domain|
        non-?sensitive(?: data)?|nothing (?:is )?(?:sensitive|confidential|secret|private)|no sensitive data|
        not sensitive|
        {_CONTENT}{_LEVEL}(?:public|open|öffentlich)(?! (?:cloud|api|endpoint|internet|key|demo|source))"""
)
_INTERNAL += rf"|{_CONTENT}{_LEVEL}(?:internal|confidential|intern|vertraulich)(?! (?:server|error|network))"

_INTERNAL += (
    r"|(?:no|without(?: any)?|free of|keine?|ohne) (?:\w+ )?(?:personal|personenbezogene\w*|private) (?:data|daten|"
    r"information|details)|(?:no|without(?: any)?|keine) piis?(?=\s?(?:$|[.,;)\n]))"
)

_SENSITIVITIES = Vocabulary(
    {"phi": _PHI, "pii": _PII, "financial": _FINANCIAL, "internal": _INTERNAL, "public": _PUBLIC}
)
_EXEMPT_BEFORE = re.compile(
    r"\b(?:not|n't|nicht|neither)\b[^.;,]{0,15}\b(?:subject to|covered by|under|bound by|governed by|regulated by|"
    r"unter)"
    r"\s(?:the )?$"
)
_EXEMPT_AFTER = re.compile(
    r"\s(?:(?:does not|doesn't|do not|don't|won't)(?: really)? (?:apply|matter)|(?:is not|isn't|"
    r"ist nicht) (?:relevant|needed|"
    r"required|nötig)|gilt nicht)\b|\s?[:=]?\s?(?:no\b(?! \w)|nein\b|not (?:in scope|applicable|relevant|needed|"
    r"required|yet)\b|n/a\b|(?:is |are )?out of scope\b)"
)
_DATA_OF = {"hipaa": "phi", "pci": "financial"}
"""The regimes that apply to one kind of data only."""
_RANK = {"phi": 3, "pii": 3, "financial": 3, "internal": 2, "public": 1}
_BY_NAME = re.compile(
    r"piis?|personally identifiable(?: information| data)?|personal data|personenbezogene\w*(?: daten)?|phi|"
    r"protected health information|cardholder data|financial data|finanzdaten"
)
"""A class named as such says more than a thing that is mostly of some class, as "card payments" are."""
_REMOVED = re.compile(
    r"\b(?:no|without|ohne|keine?|de-?identified|anonymi[sz]ed|anonymous|synthetic|removed?|strip\w*|"
    r"redact\w*|scrub\w*|free of|mask\w*|filter\w*|detect\w*)\b[^.;,\n]{0,25}$"
)
_REMOVED_AFTER = re.compile(
    r"^[^.;,\n]{0,20}\b(?:removed|stripped|redacted|scrubbed|masked|anonymi[sz]ed|detection|redaction|"
    r"filter\w*|-free|free|nicht (?:dabei|enthalten|betroffen)|not (?:included|contained|involved|part))\b"
)


def governance(text: Text) -> Iterator[Candidate]:
    for mention in REGIMES.claimed(text):
        if not _is_exempt(text, mention):
            yield Candidate("compliance", [mention.name], mention.start, mention.end, "regime")
            if mention.name in _DATA_OF:
                data = _DATA_OF[mention.name]
                yield Candidate("data_sensitivity", data, mention.start, mention.end, "data of the regime", 0)
    for mention in _SENSITIVITIES.all(text):
        if not _is_elsewhere(text, mention) and not _is_removed(text, mention):
            by_name = _BY_NAME.fullmatch(text.working, mention.start, mention.end) is not None
            rank = _RANK[mention.name] + by_name
            yield Candidate("data_sensitivity", mention.name, mention.start, mention.end, "sensitivity", rank)


def _is_exempt(text: Text, mention: Mention) -> bool:
    """ "not subject to HIPAA", "GDPR does not apply"."""
    sentence = text.sentence(mention.start)
    before = text.working[max(sentence.start, mention.start - 40) : mention.start]
    return (
        _EXEMPT_BEFORE.search(before) is not None
        or _EXEMPT_AFTER.match(text.working, mention.end, sentence.end) is not None
    )


def _is_elsewhere(text: Text, mention: Mention) -> bool:
    """A denial in the same sentence mostly says where the data must not go, not that there is none."""
    start = mention.start
    return (
        context.injected(text, start)
        or tense.later(text, start)
        or context.someone_elses(text, start)
        or context.only_asked(text, start)
    )


def _is_removed(text: Text, mention: Mention) -> bool:
    if mention.name == "internal" and denial.denied(text, mention.start, mention.end):
        return True
    if mention.name == "public":
        return denial.denied(text, mention.start, mention.end)
    sentence = text.sentence(mention.start)
    before = text.working[max(sentence.start, mention.start - 45) : mention.start]
    after = text.working[mention.end : min(sentence.end, mention.end + 35)]
    return _REMOVED.search(before) is not None or _REMOVED_AFTER.match(after) is not None
