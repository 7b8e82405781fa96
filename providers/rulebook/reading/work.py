"""What is counted as load: requests and all that comes in one by one."""

from __future__ import annotations

import re

from providers.rulebook.reading.patterns import joined, phrases

WORK = joined(
    r"""req(?:uest)?s?|calls?|quer(?:y|ies)|hits|predictions?|inferences?|invocations?|transactions?|txns?|events?|
    messages?|msgs?|images?|pictures?|pics?|photos?|drawings?|leads?|uploads?|deliver(?:y|ies)|bills?|papers?|
    abstracts?|episodes?|songs?|tracks?|trips?|rides?|alerts?|incidents?|dictations?|frames?|pages?|documents?|docs?|
    files?|pdfs?|rows?|
    records?|texts?|
    articles?|posts?|comments?|(?:e-?)?mails?|tickets?|reviews?|samples?|items?|products?|skus?|orders?|invoices?|
    receipts?|
    claims?|scans?|studies|x-?rays?|slides?|videos?|clips?|chats?|conversations?|prompts?|completions?|generations?|
    translations?|sentences?|searches|lookups?|scores?|payments?|logins?|customers?|accounts?|profiles?|listings?|
    impressions?|applications?|cases|notes|transcripts?|questions?|readings?|measurements?|reports?|contracts?|
    resumes?|
    cvs|tweets?|submissions?|forecasts?|recommendations?|embeddings?|entries|objects?|faces|tiles|bookings?|
    shipments?|
    parcels?|recordings?|visits?|letters?|reads?|swipes?|clicks?|signals?|datapoints?|data points|molecules?|
    sequences?|jobs?|
    befunden?|röntgenbildern?|gesprächen?|anrufen?|ereignisse|aufträgen?|fotos|briefen?|texten?|fällen?|bildern?|seiten|dokumenten?|zeilen|datensätze|anfragen?|
    aufrufe|
    buchungen|belegen?|rechnungen|nachrichten|vorhersagen|
    bestellungen|transaktionen|requests"""
)
_ADJECTIVES = (
    r"(?:(?!of\b|per\b|an?\b|each\b|every\b|in\b|on\b|for\b|to\b|with\b|and\b|or\b|at\b|hours?\b|minutes?\b|"
    r"concurrent\b|"
    r"simultaneous\b|gpus?\b|%)[a-zäöüß-]+ ){0,3}"
)
COUNTED = re.compile(rf"[\s-]?{_ADJECTIVES}(?:{WORK})\b")
OPEN_NOUN = re.compile(r"[\s-]?[a-zäöüß-]{2,}")
NO_WORK = phrases(
    r"""tok(?:en)?s?|words?|wörter|characters?|zeichen|[kmgt]i?b(?:it|yte|ps)?s?|bytes?|bits?|frames?|fps|dollars?|
        usd|eur|
    euros?|cents?|steps?|schritte|iterations?|epochs?|gpus?|times?|mal|hertz|points?|percent|prozent|models?|runs?|
    gigs?|hours?|minutes?|seconds?|ms|sec|degrees|meters|km|miles|retries|attempts|core|cores|cycles|interrupts|
    polls?|
    per|an?|each|every|in|on|for|to|with|without|realistic|and|or|at|of|is|are"""
)
"""What is counted over time and is no work that is asked for, and where a noun ends."""
