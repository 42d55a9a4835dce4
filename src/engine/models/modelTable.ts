/**
 * Facts about models from models.dev (MIT license) as of 2026-07-02, written by `npm run models`. A line with `#` names
 * the vendor and the family of the models below it. Of models whose names differ only in a date or a suffix, the
 * preferred one comes first. Columns: name; context window, maximum output and maximum input in tokens (k = 1000, K = 1024);
 * `i` takes images, `r` reasons, `t` calls tools, `n` refuses the temperature; USD per million tokens of input,
 * output and cached input.
 */
export const modelTable = `
# alibaba qvq
qvq-max 128K/8K irt 1.2/4.8
# alibaba qwen
qwen3.7-plus 1000k/64K irt .5/3/.05
qwen3.7-max 1000k/64K rt 2.5/7.5/.5
qwen3.6-27b 256K/64K irt .6/3.6
qwen3.6-max-preview 256K/64K rt 1.3/7.8/.13
qwen3.6-35b-a3b 256K/64K irt .248/1.485
qwen3.6-plus 1000k/64K irt .5/3/.05
qwen3.5-122b-a10b 256K/64K irt .4/3.2
qwen3.5-27b 256K/64K irt .3/2.4
qwen3.5-35b-a3b 256K/64K irt .25/2
qwen3.5-9b 256K/64K rt
qwen3.5-plus 1000k/64K irt .4/2.4
qwen3.5-397b-a17b 256K/64K irt .6/3.6
qwen3-max 256K/64K t 1.2/6
qwen3-vl-plus 256K/32K irt .2/1.6
qwen3-livetranslate-flash-realtime 52K/4K i 10/10
qwen3-omni-flash 64K/16K irt .43/1.66
qwen3-omni-flash-realtime 64K/16K it .52/1.99
qwen3-asr-flash 52K/4K n .035/.035
qwen3-next-80b-a3b-instruct 128K/32K t .5/2
qwen3-next-80b-a3b-thinking 128K/32K rt .5/6
qwen-flash 1000k/32K rt .05/.4
qwen3-coder-flash 1000k/64K t .3/1.5
qwen3-coder-plus 1024K/64K t 1/5
qwen-omni-turbo-realtime 32K/2K it .27/1.07
qwen3-14b 128K/8K rt .35/1.4
qwen3-235b-a22b 128K/16K rt .7/2.8
qwen3-32b 128K/16K rt .7/2.8
qwen3-8b 128K/8K rt .18/.7
qwen3-coder-30b-a3b-instruct 256K/64K t .45/2.25
qwen3-coder-480b-a35b-instruct 256K/64K t 1.5/7.5
qwen3-vl-235b-a22b 128K/32K irt .7/2.8
qwen3-vl-30b-a3b 128K/32K irt .2/.8
qwq-plus 128K/8K rt .8/2.4
qwen-omni-turbo 32K/2K it .07/.27
qwen-mt-plus 16K/8K  2.46/7.37
qwen-mt-turbo 16K/8K  .16/.49
qwen2-5-omni-7b 32K/2K it .1/.4
qwen-turbo 1000k/16K rt .05/.2
qwen-vl-ocr 34096/4K i .72/.72
qwen2-5-14b-instruct 128K/8K t .35/1.4
qwen2-5-32b-instruct 128K/8K t .7/2.8
qwen2-5-72b-instruct 128K/8K t 1.4/5.6
qwen2-5-7b-instruct 128K/8K t .175/.7
qwen2-5-vl-72b-instruct 128K/8K it 2.8/8.4
qwen2-5-vl-7b-instruct 128K/8K it .35/1.05
qwen-vl-max 128K/8K it .8/3.2
qwen-max 32K/8K t 1.6/6.4
qwen-plus 1000k/32K rt .4/1.2
qwen-vl-plus 128K/8K it .21/.63
qwen-plus-character-ja 8K/512 t .5/1.4
# alibaba qwen3.6
qwen3.6-flash 1000k/64K irt .1875/1.125
# anthropic claude-fable
claude-fable-5 1000k/128k irtn 10/50/1
# anthropic claude-haiku
claude-haiku-4-5 200k/64k irt 1/5/.1
claude-haiku-4-5-20251001 200k/64k irt 1/5/.1
claude-3-5-haiku-20241022 200k/8K it
claude-3-haiku-20240307 200k/4K it .25/1.25/.03
# anthropic claude-opus
claude-opus-4-8 1000k/128k irtn 5/25/.5
claude-opus-4-7 1000k/128k irtn 5/25/.5
claude-opus-4-6 1000k/128k irt 5/25/.5
claude-opus-4-5 200k/64k irt 5/25/.5
claude-opus-4-1 200k/32k irt 15/75/1.5
claude-opus-4-0 200k/32k irt 15/75/1.5
claude-opus-4-5-20251101 200k/64k irt 5/25/.5
claude-opus-4-1-20250805 200k/32k irt 15/75/1.5
claude-opus-4-20250514 200k/32k irt 15/75/1.5
claude-3-opus-20240229 200k/4K it 15/75/1.5
# anthropic claude-sonnet
claude-sonnet-5 1000k/128k irtn 2/10/.2
claude-sonnet-4-6 1000k/64k irt 3/15/.3
claude-sonnet-4-5 200k/64k irt 3/15/.3
claude-sonnet-4-0 200k/64k irt 3/15/.3
claude-sonnet-4-5-20250929 200k/64k irt 3/15/.3
claude-sonnet-4-20250514 200k/64k irt 3/15/.3
claude-3-7-sonnet-20250219 200k/64k irt 3/15/.3
claude-3-5-sonnet-20241022 200k/8K it 3/15/.3
claude-3-5-sonnet-20240620 200k/8K it 3/15/.3
claude-3-sonnet-20240229 200k/4K it 3/15/.3
# cohere
c4ai-aya-vision-32b 16k/4k i
c4ai-aya-vision-8b 16k/4k i
c4ai-aya-expanse-32b 128k/4k
c4ai-aya-expanse-8b 8k/4k
# cohere command-a
command-a-plus-05-2026 128k/64k irt 2.5/10
command-a-translate-08-2025 8k/8k t 2.5/10
command-a-reasoning-08-2025 256k/32k rt 2.5/10
command-a-vision-07-2025 128k/8k i 2.5/10
command-a-03-2025 256k/8k t 2.5/10
# cohere command-r
command-r7b-arabic-02-2025 128k/4k t .0375/.15
command-r7b-12-2024 128k/4k t .0375/.15
command-r-08-2024 128k/4k t .15/.6
command-r-plus-08-2024 128k/4k t 2.5/10
# cohere north
north-mini-code-1-0 256k/64k rt
# deepreinforce ornith
ornith-1.0-31b 256K irt
ornith-1.0-35b 256K irt
ornith-1.0-397b 256K irt
ornith-1.0-9b 256K irt
# deepseek deepseek
deepseek-chat 1000k/384k t .14/.28/.0028
deepseek-v3 128k/8K t
# deepseek deepseek-flash
deepseek-v4-flash 1000k/384k rt .14/.28/.0028
# deepseek deepseek-thinking
deepseek-v4-pro 1000k/384k rt .435/.87/.003625
deepseek-reasoner 1000k/384k rt .14/.28/.0028
deepseek-r1 128k/32K rt
# google gemini
gemini-embedding-001 2K/1 n .15/0
# google gemini-flash
gemini-3.5-flash 1024K/64K irt 1.5/9/.15
gemini-3.1-flash-image-preview 64K/64K ir .5/60
gemini-3-flash-preview 1024K/64K irt .5/3/.05
gemini-flash-latest 1024K/64K irt .3/2.5/.075
gemini-2.5-flash-image 32K/32K ir .3/30/.075
gemini-2.5-flash 1024K/64K irt .3/2.5/.03
gemini-2.0-flash 1024K/8K it .1/.4/.025
# google gemini-flash-lite
gemini-3.1-flash-lite 1024K/64K irt .25/1.5/.025
gemini-3.1-flash-lite-preview 1024K/64K irt .25/1.5/.025
gemini-flash-lite-latest 1024K/64K irt .1/.4/.025
gemini-2.5-flash-lite 1024K/64K irt .1/.4/.01
gemini-2.0-flash-lite 1024K/8K it .075/.3
# google gemini-pro
gemini-3.1-pro-preview 1024K/64K irt 2/12/.2
gemini-3.1-pro-preview-customtools 1024K/64K irt 2/12/.2
gemini-3-pro-image-preview 128K/32K ir 2/120
gemini-3-pro-preview 1024K/64K irt 2/12/.2
gemini-2.5-pro 1024K/64K irt 1.25/10/.125
# google gemma
gemma-4-26b-a4b-it 256K/32K irt
gemma-4-31b-it 256K/32K irt
gemma-4-E2B-it 128K/8K irt
gemma-4-E4B-it 128K/8K irt
# llama llama
cerebras-llama-4-maverick-17b-128e-instruct 128k/4K t
cerebras-llama-4-scout-17b-16e-instruct 128k/4K t
groq-llama-4-maverick-17b-128e-instruct 128k/4K t
llama-4-maverick-17b-128e-instruct-fp8 128k/4K it
llama-4-scout-17b-16e-instruct-fp8 128k/4K it
llama-3.3-70b-instruct 128k/4K t
llama-3.3-8b-instruct 128k/4K t
# meta llama
llama-4-maverick-17b-instruct 1000k/16K it
llama-4-scout-17b-instruct 3500k/16K it
# minimax minimax
MiniMax-M3 1000k/128k irt .3/1.2/.06
MiniMax-M2.7 200K/128K rt .3/1.2/.06
MiniMax-M2.7-highspeed 200K/128K rt .6/2.4/.06
MiniMax-M2.5-highspeed 200K/128K rt .6/2.4/.06
MiniMax-M2.5 200K/128K rt .3/1.2/.03
MiniMax-M2.1 200K/128K rt .3/1.2
MiniMax-M2 192K/128k rt .3/1.2
# mistral codestral
codestral-latest 256k/4K t .3/.9
# mistral devstral
devstral-latest 256K/256K t .4/2
devstral-medium-latest 256K/256K t .4/2
devstral-2512 256K/256K t .4/2
labs-devstral-small-2512 256k/256k it
devstral-medium-2507 128k/128k t .4/2
devstral-small-2507 128k/128k t .1/.3
devstral-small-2505 128k/128k t .1/.3
# mistral magistral-medium
magistral-medium-latest 128k/16K rt 2/5
# mistral magistral-small
magistral-small 128k/128k rt .5/1.5
# mistral ministral
ministral-3b-latest 128k/128k t .04/.04
ministral-8b-latest 128k/128k t .1/.1
# mistral mistral
open-mistral-7b 8k/8k t .25/.25
# mistral mistral-embed
mistral-embed 8k/3K n .1/0
# mistral mistral-large
mistral-large-latest 256K/256K it .5/1.5
mistral-large-2411 128K/16K t 2/6
mistral-large-2512 256K/256K it .5/1.5
# mistral mistral-medium
mistral-medium-latest 256K/256K it .4/2
mistral-medium-2604 256K/256K irt 1.5/7.5
mistral-medium-2508 256K/256K it .4/2
mistral-medium-2505 128K/128K it .4/2
# mistral mistral-nemo
mistral-nemo 128k/128k t .15/.15
open-mistral-nemo 128k/128k t .15/.15
# mistral mistral-small
mistral-small-latest 256k/256k irt .15/.6
mistral-small-2603 256k/256k irt .15/.6
mistral-small-2506 128k/16K it .1/.3
# mistral mixtral
open-mixtral-8x22b 64k/64k t 2/6
open-mixtral-8x7b 32k/32k t .7/.7
# mistral pixtral
pixtral-large-latest 128k/128k it 2/6
pixtral-12b 128k/128k it .15/.15
# moonshotai kimi-k2
kimi-k2.7-code 256K/256K irtn .95/4/.19
kimi-k2.7-code-highspeed 256K/256K irtn 1.9/8/.38
kimi-k2.6 256K/256K irt .95/4/.16
kimi-k2.5 256K/256K irtn .6/3/.1
kimi-k2-turbo-preview 256K/256K t 2.4/10/.6
kimi-k2-0905-preview 256K/256K t .6/2.5/.15
kimi-k2-0711-preview 128K/16K t .6/2.5/.15
# moonshotai kimi-thinking
kimi-k2-thinking 256K/256K rt .6/2.5/.15
kimi-k2-thinking-turbo 256K/256K rt 1.15/8/.15
# nvidia nemotron
nemotron-3-ultra-550b-a55b 1000k/128k rt
nemotron-3.5-content-safety 128k/8K ir
nemotron-3-nano-omni-30b-a3b-reasoning 256k/64K irt
nemotron-3-content-safety 128k/4K n
llama-nemotron-rerank-vl-1b-v2 128k/4K in
nemotron-cascade-2-30b-a3b 256k/32K rt
nemotron-voicechat 128k/8K t
nemotron-3-super-120b-a12b 256K/256K rt
llama-nemotron-embed-vl-1b-v2 32K/2K in
nemotron-content-safety-reasoning-4b 128k/4K rn
nemotron-3-nano-30b-a3b 256K/256K rt
llama-3.1-nemotron-safety-guard-8b-v3 128k/4K n
nemotron-nano-12b-v2-vl 128k/128k irt
nemotron-nano-9b-v2 128K/128K rt
llama-3.3-nemotron-super-49b-v1.5 128K/128K rt
mistral-nemotron 128k/8K t
llama-3.1-nemotron-70b-instruct 128k/8K t
llama-3.1-nemotron-ultra-253b 128k/8K rt
llama-3.3-nemotron-super-49b-v1 128K/128K rt
nemotron-mini-4b-instruct 128k/8K t
# openai
gpt-5.5-instant 400k/128k irt
# openai gpt
gpt-5.5 1050k/128k/922k irtn 5/30/.5
gpt-5.4 1050k/128k/922k irtn 2.5/15/.25
gpt-5.3-chat-latest 128k/16K it 1.75/14/.175
gpt-5.2 400k/128k/272k irtn 1.75/14/.175
gpt-5.1 400k/128k/272k irtn 1.25/10/.125
gpt-5 400k/128k/272k irtn 1.25/10/.125
gpt-4.1 1047576/32K it 2/8/.5
gpt-4o 128k/16K it 2.5/10/1.25
gpt-4 8K/8K t 30/60
gpt-4-turbo 128k/4K it 10/30
gpt-3.5-turbo 16385/4K  .5/1.5/0
gpt-4-turbo-preview 128k/4K t
gpt-4o-2024-11-20 128k/16K it 2.5/10/1.25
gpt-4o-2024-08-06 128k/16K it 2.5/10/1.25
gpt-4o-2024-05-13 128k/4K it 5/15
gpt-3.5-turbo-0613 4K/4K t
gpt-4-0125-preview 128k/4K t
gpt-4-1106-preview 128k/4K t
# openai gpt-codex
gpt-5.3-codex 400k/128k/272k irtn 1.75/14/.175
gpt-5.2-chat-latest 128k/16K irtn 1.75/14/.175
gpt-5.2-codex 400k/128k/272k irtn 1.75/14/.175
gpt-5.1-chat-latest 128k/16K irtn 1.25/10/.125
gpt-5.1-codex 400k/128k/272k irtn 1.25/10/.125
gpt-5.1-codex-max 400k/128k/272k irtn 1.25/10/.125
gpt-5.1-codex-mini 400k/128k/272k irtn .25/2/.025
gpt-5-codex 400k/128k/272k irtn 1.25/10/.125
gpt-5-chat-latest 400k/128k/272k ir 1.25/10/.125
# openai gpt-codex-spark
gpt-5.3-codex-spark 128k/32k/100k irtn 1.75/14/.175
# openai gpt-image
chatgpt-image-latest  in
gpt-image-1.5  in
gpt-image-1-mini  in
# openai gpt-mini
gpt-5.4-mini 400k/128k/272k irtn .75/4.5/.075
gpt-5-mini 400k/128k/272k irtn .25/2/.025
gpt-4.1-mini 1047576/32K it .4/1.6/.1
gpt-4o-mini 128k/16K it .15/.6/.075
# openai gpt-nano
gpt-5.4-nano 400k/128k/272k irtn .2/1.25/.02
gpt-5-nano 400k/128k/272k irtn .05/.4/.005
gpt-4.1-nano 1047576/32K it .1/.4/.025
# openai gpt-oss
gpt-oss-safeguard-120b 128K/32K rt
gpt-oss-120b 128K/32K rt
# openai gpt-pro
gpt-5.5-pro 1050k/128k/922k irtn 30/180
gpt-5.4-pro 1050k/128k/922k irtn 30/180
gpt-5.2-pro 400k/128k/272k irtn 21/168
gpt-5-pro 400k/272k/272k irtn 15/120
# openai o
o3 200k/100k irtn 2/8/.5
o1 200k/100k irtn 15/60/7.5
o3-deep-research 200k/100k irtn 10/40/2.5
o1-preview 128k/32K rn
# openai o-mini
o4-mini 200k/100k irtn 1.1/4.4/.275
o3-mini 200k/100k rtn 1.1/4.4/.55
o4-mini-deep-research 200k/100k irtn 2/8/.5
# openai o-pro
o3-pro 200k/100k irtn 20/80
o1-pro 200k/100k irtn 150/600
# openai text-embedding
text-embedding-3-large 8191/3K n .13/0
text-embedding-3-small 8191/1536 n .02/0
text-embedding-ada-002 8K/1536 n .1/0
# openai whisper
whisper-large-v3 448/4K
whisper-large-v3-turbo 448/448
# perplexity
sonar-deep-research 128k/32K rn 2/8
# perplexity sonar
sonar 128k/4K  1/1
# perplexity sonar-pro
sonar-pro 200k/8K i 3/15
# perplexity sonar-reasoning
sonar-reasoning-pro 128k/4K ir 2/8
# sakana fugu
fugu 1000k irtn
fugu-ultra 1000k irtn
# sarvam sarvam
sarvam-30b 128k/128k rt
sarvam-105b 128K/128K rt
# stepfun
step-3.7-flash 256k/256k irt .2/1.15/.04
step-3.5-flash 256k/256k rt .1/.3/.02
step-1-32k 32K/32K rt 2.05/9.59/.41
step-2-16k 16K/8K rt 5.21/16.44/1.04
step-3.5-flash-2603 256k/256k rt .1/.3/.02
# tencent Hy
hy3-preview 256k/64k rt
# xai grok
grok-4.3 1000k/30k irt 1.25/2.5/.2
grok-4.20-0309-non-reasoning 1000k/30k it 1.25/2.5/.2
grok-4.20-0309-reasoning 1000k/30k irt 1.25/2.5/.2
grok-4.20-multi-agent-0309 1000k/30k ir 1.25/2.5/.2
# xai grok-build
grok-build-0.1 256k/256k irt 1/2/.2
# xiaomi mimo
mimo-v2.5-pro-ultraspeed 1024K/128K rt 1.305/2.61/.0108
mimo-v2.5 1024K/128K irt .14/.28/.0028
mimo-v2.5-pro 1024K/128K rt .435/.87/.0036
mimo-v2-omni 256K/128K irt .14/.28/.0028
mimo-v2-pro 1024K/128K rt .435/.87/.0036
mimo-v2-flash 256K/64K rt .14/.28/.0028
# zai glm
glm-5-turbo 200k/128K rt 1.2/4/.24
# zhipuai glm
glm-5.2 1000k/128K rt 1.4/4.4/.26
glm-5v-turbo 200k/128K irt 5/22/1.2
glm-5.1 200k/128K rt 1.4/4.4/.26
glm-5 200K/128K rt 1/3.2/.2
glm-4.7 200K/128K rt .6/2.2/.11
glm-4.6v 128k/32K irt .3/.9
glm-4.6 200K/128K rt .6/2.2/.11
glm-4.5v 64k/16K irt .6/1.8
glm-4.5 128K/96K rt .6/2.2/.11
# zhipuai glm-air
glm-4.5-air 128K/96K rt .2/1.1/.03
# zhipuai glm-flash
glm-4.7-flash 200k/128K rt
glm-4.7-flashx 200k/128K rt .07/.4/.01
glm-4.5-flash 128K/96K rt
`;
