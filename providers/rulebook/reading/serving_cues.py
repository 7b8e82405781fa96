"""What in a text speaks for answers on request: phrases, each with its weight."""

from __future__ import annotations

import re

from providers.rulebook.reading.patterns import phrases
from providers.rulebook.reading.workload_cues import Cue

SERVING = [
    Cue("realtime_inference", 5, phrases(r"real[- ]?time (?:inference|api|apis|endpoints?|scoring|predictions?)")),
    Cue("realtime_inference", 4, phrases(
        r"""(?:real[- ]?time|online|low[- ]latency|synchronous|live|interactive) (?:\w+ )?(?:inference|predictions?|
            scoring|serving|endpoints?|api|recommendations?|detection|classification|decisions?|model|ranking|
            personali[sz]ation|service|search)|model (?:endpoints?|apis?|servers?)|(?:inference|prediction|scoring|
            serving|rest|http|grpc|vertex ai|sagemaker|hosted|public|real[- ]?time|sentiment|fraud|recommendation|
            classification|ranking|chat|detection|embedding|llm|translation)[- ](?:endpoints?|apis?|servers?|
            services?)|(?:host|hosts|hosting) (?:[\w.-]+ ){0,4}?(?:models?|llms?|llama\S*|mi[sx]tral\S*|qwen\S*|
            whisper|bert|classifiers?|
            detectors?|api|apis|endpoints?|inference|chat\w*)|(?:serve|serves|served|serving) (?:with|on|using|gpus?|
            a|an|the|our|my|
            this|that|these|it|them|some|two|three|multiple|several|\d+\w?(?!\w|[.,]?\d| ?%)|large|fine-?tuned|
            llms?|models?|
            predictions?|traffic|requests|behind|via|pytorch|tensorflow|xgboost|sklearn|inference|llama|mistral|
            up)\b(?! (?:website|site|page|dataset|data))|behind an? (?:rest |http )?api|(?:pytorch|tensorflow|
            models?|llms?|onnx|gpu|vllm|xgboost|sklearn) serving|inference (?:server|service|endpoint|api|traffic|
            requests?)|model[- ](?:serving|server|hosting|inference server)|in real[- ]?time|real[- ]?time|echtzeit\w*|
            (?<!get )(?<!post )(?<!put )(?<!vpc )endpoints?|chat (?:models?|llms?|service|apps?)|(?:serv(?:e|es|ed|
            ing)|offer(?:ing)?|provid(?:e|ing)|expos(?:e|ing)|deploy(?:ing)?) (?:[\w-]+ ){0,2}?
            (?:llama|mi[sx]tral|qwen|gemma|deepseek|falcon|whisper|sdxl|gpt-|bert|phi-)[\w.-]*|(?:llama|mi[sx]tral|
            qwen|gemma|deepseek|whisper|
            sdxl|bert)[\w.-]* (?:api|endpoint|server|service)|(?:chat|discord|
            slack|telegram|whatsapp|
            support)[- ]?bots?|voice (?:assistant|bot)|torchserve|kserve|tf[- ]?serving|triton|
            tensorflow serving|ray serve|/predict|ausliefern|bereitstellen|microservice|(?:want|need|build|make|
            expose|create|offer|provide|host|deploy|
            set up|run|like)(?:s|ing)? (?:it as )?(?:an?|the|our|my) (?:[\w-]+ ){0,3}?api|expos(?:e|es|
            ing) (?:\w+ ){0,3}?models?|\w+-api|
            (?:score[sd]?|scoring|judge[sd]?|check(?:ed|s)?|classif\w+|predict\w*|
            flag\w*) (?:[\w-]+ ){0,6}?(?:as (?:it|they) (?:happens?|
            comes? in|arrives?)|on the fly|on demand|on request|instantly|before (?:it|they|the|a|an|authori[sz]ation|
            checkout|payment|approval|settlement))|
            (?:model|it) is
            \s(?:called|queried|hit|asked) (?:by|from|for)|self-?host(?:ed|ing)? (?:\w+ )?(?:llms?|models?|llama\S*|
            mi[sx]tral\S*|
            qwen\S*|gemma\S*|gpt\S*|deepseek\S*|whisper)|(?:service|container|server|deployment) for (?:the|our|my|
            an?) (?:[\w-]+ ){0,3}model|for each (?:visitor|page view|visit|click|search|
            user request)"""
    )),
    Cue("realtime_inference", 4, re.compile(
        r"(?:^|[.:!\n] ?|\b(?:please|need to|want to|must|should|like to|have to) )(?:serve|"
        r"host) (?:[\w.-]+ ){0,4}?(?:models?|"
        r"classifiers?|detectors?|rankers?|recommenders?|embedd(?:ings?|ers?)|predictors?|encoders?|rerankers?|llms?|"
        r"transformers?|networks?|whisper|resnet\w*|yolo\w*|\w*bert\w*)\b"
    )),
    Cue("realtime_inference", 3, phrases(
            r"deploy(?:s|ed|ing|ment of|ments of)? (?:(?!models?)[\w.-]+ ){0,4}(?:models?|llms?)|(?:run|"
            r"running) inference (?:on|in|with)|(?:inference|run(?:ning)? (?:a|an|the|our|this|"
            r"my) (?:\w+ )?(?:models?|llms?)) (?:pod|workloads?|in (?:the )?cloud|in production|"
            r"on (?:kubernetes|aws|azure|gcp|gke|eks))|in production environment|for inference"
    )),
    Cue("realtime_inference", 3, phrases(
        r"""(?:requests?|calls|queries|predictions|hits|transactions|anfragen|inferences) ?(?:per |a |/ ?|pro |je |
            each )(?:seconds?|
            sec|s|sekunde)|rps|qps|tps|req/s(?:ec)?|r/s"""
    )),
    Cue("realtime_inference", 2, phrases(
        r"""\d+ ?ms|\d[\d.,]*k? ?(?:[a-z]+ )?(?:/|per |a |each |every |pro |je )(?:s|sec|second|min|minute|sekunde)|
            antwort(?:zeit)?|fastapi|flask|gradio|streamlit|comes? back (?:in|within)|answers? (?:in|
            within|under)|api|apis|p ?95|p ?99|latency|latenz|(?:requests?|calls|queries|
            predictions|req|transactions|anfragen) ?(?:per|a|/|pro|each) ?(?:seconds?|sec|s|minute|sekunde|day|
            hour)|rps|qps|tps|req/s|gleichzeitige\w* (?:be)?nutzer\w*|concurrent (?:users|requests|streams)|ttft|
            time to first token|scal(?:e|
            ing) to zero|scale-to-zero|autoscal\w+|inference|public demo|demo|(?:users?|visitors?|customers?|
            shoppers?|staff|employees|agents) (?:click|type|ask|wait|chat)\w*|
            response times?|while (?:the )?(?:user|customer)s? waits?|triage|vllm|checkout|online|serverless|
            bursts?|spikes"""
    )),
]  # fmt: skip
