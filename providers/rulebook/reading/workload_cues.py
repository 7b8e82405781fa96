"""What in a text speaks for a workload: phrases, each with its weight."""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.rulebook.reading.patterns import phrases
from storage.records.constraints import WorkloadType


@dataclass(frozen=True, slots=True)
class Cue:
    workload: WorkloadType
    weight: int
    pattern: re.Pattern[str]


THRESHOLD = 3
"""One sure cue, or several weak ones that agree."""

_KIND = r"\b(?:workload(?: type)?|type|kind|mode|job type)\s?[:=]\s?"
_KINDS: dict[WorkloadType, str] = {
    "realtime_inference": r"real[- ]?time|online|serving|endpoint|api",
    "streaming_inference": r"stream(?:s|ing)?",
    "batch_inference": r"batch|bulk|offline",
    "training": r"(?:re)?training",
    "fine_tuning": r"fine[- ]?tun(?:e|ing)",
    "rag": r"rag|retrieval[\w -]*",
    "feature_store": r"feature[ -]store",
    "data_pipeline": r"(?:data )?pipeline|etl|elt",
    "edge": r"edge|on[- ]device",
}
"""The kinds as the label of a ticket or form names them: "type: batch"."""

CUES = [
    *(Cue(kind, 5, re.compile(rf"{_KIND}(?:{words})\b")) for kind, words in _KINDS.items()),
    Cue("edge", 5, phrases(
        r"""jetsons?(?: nano| orin| xavier| tx2| agx)*|raspberry pis?|raspi|esp-?32|arduinos?|rockchip|hailo(?:-\d\w?)?|
            edge(?= ?:)|edge[- ]?geräte?n?|edge (?:devices?|deployments?|inference|gateways?|hardware|tpu|
            box(?:es)?|computing|nodes?|
            ai)|(?:on|at|to) the edge|am edge|on[- ]device|microcontrollers?|mcus?|coral (?:tpu|board|usb)|embedded
            \s(?:devices?|boards?|systems?|hardware|linux)|industrial pcs?|industrie-?pcs?|(?:nvidia )?orins?|
            (?:intel )?nucs?|plcs?|set-?top boxes|
            in the browser|webgpu|tf[- ]?lite|dsps?|npus?|wake[- ]?words?|firmware|core ?ml|kiosks?|mini[- ]pcs?|
            smart (?:cameras?|watch(?:es)?|glasses)|
            smartwatch(?:es)?|
            wearables?|
            handhelds?|on the user'?s? (?:own )?(?:computer|device|machine|laptop|phone)|auf dem gerät|
            drones?(?!'?s?'? (?:imag\w+|footage|photos|pictures|data|videos?))|
            (?:on|onboard|inside|in|auf) (?:the|this|that|each|every|a|an|my|our|your|dem|der|
            jedem) (?:\w+ )?(?:phones?|devices?|
            vehicles?|cars?|trucks?|tractors?|drones?|robots?|cameras?|handsets?|tablets?|watch(?:es)?|forklifts?|
            scanners?|
            gateways?|kiosks?|harvesters?|satellites?|handys?|geräte?|kamera|fahrzeug)(?! (?:images?|feeds?|streams?|
            data|"""
        r"""footage|insurance))"""
    )),
    Cue("edge", 4, phrases(
        r"""android(?! (?:studio|users?))|(?:on|for) ios|(?:android|ios|mobile|iphone) (?:apps?|devices?|phones?|
            deployment|tablets?)|
            (?:mobile|cell) phones?|smartphones?|i(?:phone|pad)s?|(?:leaves?|leave|leaving) the (?:phone|device|
            handset|camera)|
            no (?:network|internet|wi-?fi)(?: connection)? (?:in|at|on|there|out)|(?:air|aero)plane mode|
            flight mode|(?:no|without(?: an?| any)?) (?:internet|network|wi-?fi|cell|mobile)?\s?
            (?:connectivity|connection|uplink|reception)|bundled? (?:\w+ )?(?:in|with|into) the app|app bundles|
            shop ?floor|
            (?:at|in|on) (?:each|every|the) (?:store|branch|plant|site|line|turbine|conveyor|till)s?(?= on\b)"""
    )),
    Cue("fine_tuning", 4, phrases(
        r"""fine-?tun(?:e|ing|es)|fine tun(?:e|ing)|finetun(?:e|ing)|(?:train|training|fit) (?:\w+ ){0,2}adapters?|
            q?lora(?! (?:adapters?|weights|models?|
        at inference|at run ?time|serving))|peft|sft|rlhf|dpo (?:training|runs?|on|tuning)|(?:sft|with|via|
        using) (?:and |\+ )?dpo|
            instruction[- ]tun\w+|adapter (?:training|tuning)|fein-?(?:abstimm|abgestimm)\w*|fein-?tun\w*|
            nachtrainieren|
            continued pre-?training|dreambooth|(?:adapt|speciali[sz]e|customi[sz]e)(?:ing)? (?:an? |the |
            our )?(?:[\w.-]+ ){0,2}?
            (?:whisper|llamas?|mi[sx]tral|qwen|gemma|llms?|base model|foundation model|bert|clip|sdxl|
            stable diffusion)"""
    )),
    Cue("rag", 4, phrases(
        r"""rag[- ]?engines?|(?:die |mit )?quellen?(?:angaben?)? (?:nennt|nennen|angibt|zitiert)|wissensdatenbank|
            rag(?: pipeline| system| app\w*| chatbot| service)?|
        retrieval[- ]augmented(?: generation)?|(?:chat(?:bots?)?|\w*bots?|assistants?|
            retrieval|talk|q&a|questions?|ask|question[- ]answering|answers? questions?)(?: \w+){0,2} (?:with|
            over|about|on|
            from|against|across|using) (?:[\w,.'-]+ ){0,6}?(?:docs?|documents?|documentation|pdfs?|wiki|knowledge ?base|
            manuals|handbook|policies|tickets|confluence|contracts|intranet)|vector (?:db|database|store|search|
            index)|document (?:q&a|question answering|chat)|knowledge[- ]base (?:search|assistant|chatbot|q&a)|
            semantic search|(?:answers?|repl(?:y|ies)|responses?) (?:\w+ ){0,3}?(?:with|citing|
            cite) (?:the )?(?:sources?|citations?|references?|
            passages?)|cit(?:es?|ing) (?:its |the )?(?:sources?|passages?|paragraphs?)|grounded in (?:our|the)|
            (?:llms?|assistant|
            chat\w*|gpt\S*|llama\S*)(?: \w+){0,3} (?:with|plus|on|and|over) (?:a )?(?:pgvector|pinecone|weaviate|
            qdrant|milvus|
            chroma(?:db)?|faiss)"""
    )),
    Cue("rag", 3, phrases(r"pgvector|pinecone|weaviate|qdrant|milvus|chroma ?db|vector (?:search|index)")),
    Cue("feature_store", 5, phrases(
        r"feature[- ]?stores?|feast|tecton|online (?:features?|store)|get_online_features|feature (?:views?|"
        r"serving|platform|registry)"
    )),
    Cue("training", 4, phrases(
        r"""(?:re)?train(?:s|ing)? (?:a|an|the|our|my|your|this|that|it|one|from|on|for|job\w*|run\w*|pipeline\w*|
            cluster\w*|workload\w*|once|every|each|weekly|nightly|monthly|daily|of|large|deep|\d\S*|models?|llms?|
            new|time|with|using|takes?|speed|script|loop|frequency|jobs?|is|must|should|needs?|has|in|at|locally|
            fast\w*|multiple|is ok)\b|re-?train(?:ing|s)?|retrained (?:weekly|daily|nightly|monthly|every|each|
            once|on|regularly)|(?:model|distributed|multi-?(?:gpu|node)|data[- ]parallel|full|spot|periodic|weekly|
            nightly|deep learning|network|pre-?|gpu|large[- ]scale|continuous|parameter model|stop/resume|for|do|
            faster|run|ml|to) (?:re)?train(?:ing)?|pre-?train(?:ing)?(?: (?:a|our|from|on|an|the|run|job|process|
            phase|stage|of|with))|(?:to|for|one|a|we|full) pre-?train(?:ing)?|
            (?:re-?fit(?:ted|s|ting)?|fit(?:ting)? (?:a|the|our|an))|
            train (?:our|a|an|the|my|it|on)|(?:we|i|to|then|will|would|should) (?:re)?train (?!station|
            ticket)[a-z][\w-]+|epochs?|hyper-?parameter (?:search|tuning|sweep|optimi[sz]ation)|
            (?:modell?e? )?trainieren?|training\s*:|training$|neu trainiert|trainingsl[aä]ufe?|trainingsjobs?|
            modelltraining|nachtraining|training,"""
    )),
    Cue("training", 4, re.compile(
        r"(?:^|[.;:!?\n] ?|\b(?:please|and|to|job|need) )(?:re)?train (?!(?:stations?|tickets?|drivers?|schedules?|"
        r"delays?|times?|"
        r"lines?|staff|employees|people|users?|him|her|them|us|me)\b)[a-z][\w-]+\b[^.;\n]{0,60}"
        r"(?: (?:on|from|with|using|over)\b|, ?\d)"
    )),
    Cue("training", 3, phrases(r"(?:pre-?)?training(?: data| set| corpus)?|to (?:re-?)?train")),
    Cue("streaming_inference", 4, phrases(
        r"""(?:video|audio|event|data|live|sensor|rtsp|camera|kafka|kinesis|message|
            real[- ]?time)[- ]?(?:streams?|feeds?|streaming)|rtsp|streaming (?:inference|predictions?|scoring|
            analytics|detection|data|events|pipeline)|ip ?cam(?:era)?s?|cctv|video anal\w+|(?:security|traffic|
            surveillance|
            (?<![,.\d])\d+) cameras?(?![- ]trap)|kafka(?: topics?)?|kinesis|pub/?sub|event ?hubs?|mqtt|flink|
            live (?:video|audio|
            transcription|captions?|subtitles|dictation|translation)|(?:transcri\w+|caption\w*|subtitl\w+|translat\w+|
            dictat\w+)
            \s(?:\w+ ){0,2}live|webrtc|
            event[- ]driven scoring|from (?:kafka|kinesis|pub/?sub)|streams? (?:in|every|from)|(?:single|every|
        each) (?:video )?frames?|
            stream processing|datenstrom|deepstream"""
    )),
    Cue("streaming_inference", 4, phrases(
        r"""streaming (?:asr|speech|stt|transcription|recognition|captions?|tts)|(?:concurrent|simultaneous|parallel|
        live) (?:audio
            \s|video |voice |speech )(?:streams|feeds)|(?:scor\w+|detect\w*|classif\w+|inference|
            predict\w*) on (?:the|a|our) (?:\w+ )?stream|
            (?:on|off) the stream"""
    )),
    Cue("streaming_inference", 4, re.compile(
        r"\b(?:speech|audio|voice|calls?|microphones?|transcri\w+|captions?|subtitles?)\b[^.;\n]{0,40}\blive\b|"
        r"\blive\b[^.;\n]{0,25}\b(?:speech|audio|transcri\w+|captions?|subtitles?)\b"
    )),
    Cue("batch_inference", 4, phrases(
        r"""batch[- ](?:inference|predictions?|scor(?:e|es|ing)|transforms?|jobs?|classif\w+|process\w*|workloads?|
            endpoints?|mode|runs?|workflows?|pipelines?)|batch\s*:|offline (?:inference|predictions?|scoring|batch)|
            bulk (?:inference|
            scoring|predictions?|process\w*|transcription|classification)|(?:nightly|daily|weekly|hourly|monthly|
            overnight|scheduled) (?:batch|scoring|inference|predictions?|classification|score|job)|
            scores? (?:\w+ ){0,3}?(?:rows|customers|records|users|accounts|products|items|leads|policies|
            transactions)|no need for real[- ]?time|not live|not (?:need(?:s)? (?:to be )?)?real[- ]?time|
            (?:doesn't|does not|
            don't|need not|needn't) (?:have|need) to be real[- ]?time|stapelverarbeitung|im batch|
            batch-?weise|backfill|asynchronously|async(?:hronous)? (?:inference|processing)|batch of|in batches|
            keine echtzeit\w*"""
    )),
    Cue("batch_inference", 3, phrases(
        r"""nightly(?! (?:[a-z]+ )?(?:builds?|releases?|versions?|wheels?|images?|tests?|ci))|(?:every|each|
        over) ?night|overnight|
            (?:every|each) (?:mon|tues|wednes|thurs|fri|satur|sun|week)day|(?:every|each) weekend|
        jedes wochenende|(?:runs?|jobs?|scor\w+|batch|predict\w*|forecasts?)[^.;,]{0,30} on (?:\w+days|weekends)|
        (?:by|until|before) (?:the )?(?:next )?morning|nächtlich\w*|jede nacht|
            (?:embeddings?|scores?|predictions?|recommendations?) refresh|after landing"""
    )),
    Cue("batch_inference", 3, phrases(
        r"""(?<![-'"])batch(?![- ]?(?:_?size|norm\w*|dimension|of \d|\d))|(?:process|classify|transcribe|ocr|
            translate|summari[sz]e|label|tag|embed|caption|convert|
            annotate|run)(?:ing)? (?:\w+ ){0,3}?(?:archive|backlog|corpus|all (?:our|the|of our)|the whole|
            the entire|millions? of|thousands? of|hundreds of thousands)|(?:pages|documents|texts|images|rows|
            records|hours of audio|scans|invoices|files|recordings) (?:per|a|each|every) (?:day|week|month|night)|
            (?:transcription|translation|classification) of|(?:übersetzung|transkription|klassifizierung) von|
            document ocr|(?:1st|first|last day|end) of (?:each|every|the) (?:month|week|quarter)|
            once (?:a|per) (?:day|week|month|night|quarter)|churn through"""
    )),
    Cue("batch_inference", 3, re.compile(
        r"\b(?:re-?)?(?:transcri(?:be|bing)|embed(?:ding)?|classify(?:ing)?|tag(?:ging)?|label(?:l?ing)?|"
        r"summari[sz](?:e|ing)|"
        r"translat(?:e|ing)|caption(?:ing)?|ocr|scor(?:e|ing)|vectori[sz](?:e|ing)|annotat(?:e|ing)|extract(?:ing)?|"
        r"moderat(?:e|ing)|"
        r"process(?:ing)?|run (?:\w+ ){0,3}(?:on|over|for)|predict(?:ing|ions? for)?|forecast\w*|klassifizieren|"
        r"transkribieren|"
        r"übersetzen|zusammenfassen)\b(?: (?!at\b|up\b|per\b|from\b)[a-z'äöü-]+,?){0,4}? (?:about |around |roughly |"
        r"some |~ ?|rund |etwa )?"
        r"(?:\d{1,3}(?:[., ']\d{3})+|\d{4,}|\d+(?:[.,]\d+)? ?(?:k|m|mn|mio|thousand|million|billion|tsd)|(?:two|"
        r"three|four|five|ten|"
        r"half a|a|twenty|fifty) (?:thousand|million|billion)|millions of|thousands of)\b\.?"
        r"(?! ?(?:[a-z]+ ){0,3}?(?:/|per|a|every|each|pro) ?(?:s|sec|seconds?|minutes?|min|sekunde)\b)(?! ?(?:rps|"
        r"qps|tps|usd|tokens?))"
    )),
    Cue("batch_inference", 3, re.compile(
        r"(?:\d{1,3}(?:[., ']\d{3})+|\d{4,}|\d ?(?:k|m|mio)|(?:thousand|million|billion|"
        r"millionen)s?(?: of)?) (?:[a-zäöü-]+ ){1,4}"
        r"(?:to|must be|need to be|have to be|has to be|should be|shall be|waiting to be|to be|zu|"
        r"müssen) (?:re-?)?(?:transcri|embed|"
        r"classif|tag|label|summari|translat|caption|ocr|scor|annotat|extract|index|process|transkrib|klassifi|"
        r"übersetz)\w*"
    )),
    Cue("batch_inference", 3, re.compile(
        r"\b(?:each|every|once (?:a|per)|per|jede[nrs]?) (?:night|month|week|quarter|morning|\w+days?|nacht|monat|"
        r"woche|"
        r"\w+tag)\b(?:(?!\band\b|train)[^.;]){0,40}\b(?:(?:re-?)?scor(?:e[ds]?|ing)|predict\w*|forecast\w*|"
        r"classif\w+|inference|embed\w*|klassifiziert|"
        r"bewertet|vorhersage\w*)|\b(?:(?:re-?)?scor(?:e[ds]?|ing)|predict\w*|forecast\w*|classif\w+|inference|"
        r"embed\w*)\b(?:(?!\band\b|train)[^.;]){0,40}"
        r"\b(?:each|every|once (?:a|per)|jede[nrs]?) (?:night|month|week|quarter|morning|\w+days?|nacht|monat|woche|"
        r"\w+tag)\b"
    )),
    Cue("batch_inference", 3, re.compile(
        r"\b(?:transcribe|embed|classify|caption|ocr|score|tag|annotate|summari[sz]e|translate|"
        r"vectori[sz]e) (?:about |around |"
        r"roughly |some |all |our )*\d[\d.,]* ?[gtp]b\b"
    )),
    Cue("edge", 4, re.compile(
        r"\b(?:cameras?|tills?|vehicles?|trucks?|devices?|kiosks?|tractors?|scanners?|tablets?|robots?|kameras?|"
        r"kassen)\b"
        r"[^.;\n]{0,40}\b(?:offline|without (?:internet|network))\b(?! (?:batch|inference|scoring|evaluation|store))|"
        r"\b(?:offline|without (?:internet|network))\b[^.;,\n]{0,20}\b(?:in|on|at|inside) (?:the|our|each|every|"
        r"a) (?:\w+ )?"
        r"(?:cameras?|tills?|vehicles?|trucks?|devices?|kiosks?|tractors?|scanners?|tablets?|robots?|stores?|shops?)\b"
    )),
    Cue("edge", 4, re.compile(
        r"\b(?:(?:factory|production|assembly|packaging|bottling|welding) (?:lines?|floors?|halls?)|plants?|"
        r"machines? in the hall)\b[^.;\n]{0,80}"
        r"\b(?:offline|no (?:cloud|internet|network|uplink)|without (?:cloud|internet|network))\b|"
        r"\bgateway (?:box(?:es)?|pcs?|devices?|computers?)\b|\bbox(?:es)? in (?:each|every|all|our|the|"
        r"\d+) (?:\w+ )?(?:plants?|shops?|"
        r"stores?|branches|sites?|warehouses|trains?|buses)\b"
    )),
    Cue("data_pipeline", 3, re.compile(
        r"\bpipelines? (?:that|which|to) (?:\w+ )?(?:join|clean|load|merge|aggregat|dedup|transform|cop(?:y|ie)|mov|"
        r"sync|ingest|"
        r"convert|pars|export|import|extract)\w*\b|\b(?:join|clean|merge|aggregate|dedup\w*|transform|load|"
        r"ingest)s? [^.;,\n]{1,60} "
        r"(?:every|each) (?:hour|night|day|morning|\d+ minutes)\b"
    )),
    Cue("data_pipeline", 3, phrases(
        r"(?:write|fill|refresh|build|update|load)s? (?:\w+ ){0,2}(?:feature|fact|staging|dimension) tables|"
        r"(?:airflow|dagster|prefect|luigi|kedro|beam|glue|databricks|spark|kafka) (?:[\w-]+ )?(?:pipelines?|dags?)"
    )),
    Cue("data_pipeline", 4, phrases(
        r"""etl|elt|(?:daily|nightly|hourly) ingest\w*|dbt(?: models?)?|data (?:pipelines?|ingestion|
        preparation|cleaning|transformation)|feature (?:engineering|
            extraction|computation) (?:pipelines?|jobs?)|preprocess\w* pipelines?|(?:spark|dbt|dask) (?:jobs?|
            pipelines?)|datenpipeline|ingestion pipelines?|spark features|(?:into|→|->) (?:the |our |
        a )?(?:bigquery|snowflake|redshift|
            parquet|(?:data )?warehouse|data ?lake|lake ?house|delta(?: lake)?|iceberg)|data warehouse loads?|
            (?:clean|dedup\w*|join|aggregat\w+|anonymi[sz]e|transform|load|ingest|land|sync|replicat|mov|cop(?:y|
            ie))\w*\b[^.;\n]{0,60}\b(?:to|into|in|as|and
            \swrites?) (?:the |our |a )?(?:parquet|snowflake|bigquery|redshift|(?:data )?warehouse|data ?lake|
            lake ?house|delta|iceberg|s3|gcs)"""
    )),
]  # fmt: skip
